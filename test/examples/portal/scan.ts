import { parseKeyUri } from 'keystep/otp'
import type { Page } from 'playwright-core'
import { readPng } from '../../qr/decoder.ts'
import { type Phone, phoneWith } from '../phone.ts'
import type { Visitor } from './visitor.ts'

/** The text of the QR code on a page, as zbarimg reads it from a screenshot. */
export async function scanQr(page: Page): Promise<string> {
  return readPng(await page.getByRole('img', { name: 'QR code' }).screenshot())
}

/** An authenticator app that scans the page, by the given clock or the system's. */
export async function phoneAt({ page }: Visitor, clock?: () => Date): Promise<Phone> {
  return phoneWith(parseKeyUri(await scanQr(page)).key.revealBase32(), clock)
}
