import type { Visitor } from './visitor.ts'

/** Asks for a code to a number of Germany. */
export async function typeNumber(ada: Visitor, number: string, isBackup = false): Promise<void> {
  await ada.field('Country').selectOption('Germany (+49)')
  await ada.type({ 'Phone number': number })
  if (isBackup) await ada.field('This is my backup number').check()
  await ada.press('Send code')
}

/**
 * The code of the newest message to a number, as somebody reads it from the page that stands for
 * the phone.
 */
export async function codeOnThePhone(ada: Visitor, number: string): Promise<string> {
  const phone = await ada.tab()
  await phone.open('/phone')
  const message = await phone.page
    .getByRole('listitem')
    .filter({ hasText: number })
    .first()
    .innerText()
  await phone.page.close()
  return /\b(\d{6}) is your Harbor Hosting code/.exec(message)![1]!
}
