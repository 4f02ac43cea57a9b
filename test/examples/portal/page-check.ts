import { axeFindings, layoutShifts, overflow } from './referees.ts'
import type { Visitor } from './visitor.ts'

/** What is wrong with a page as it stands, in light and dark, on a desk and on a narrow phone: one line each. */
export async function faultsOf({ page }: Visitor): Promise<string[]> {
  const faults: string[] = []
  for (const { score, what } of await layoutShifts(page)) faults.push(`it moved by ${score} while it loaded: ${what.join(', ')}`)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 })
      const where = `${colorScheme}, ${width} pixels wide`
      for (const finding of await axeFindings(page)) faults.push(`${where}: ${finding}`)
      const wider = await overflow(page)
      if (wider > 0) faults.push(`${where}: ${wider} pixels wider than the window`)
    }
  }
  return faults
}
