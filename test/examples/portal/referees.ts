import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { readPng } from '../../qr/decoder.ts'

/** The text of the QR code on a page, as zbarimg reads it from a screenshot. */
export async function scanQr(page: Page): Promise<string> {
  return readPng(await page.getByRole('img', { name: 'QR code' }).screenshot())
}

/** What axe holds against a page as it is now: rule and element, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`))
}

/** How far things on a page have moved by themselves since it was opened: the sum of Chromium's layout shift scores. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const scores: number[] = []
    const note = (entries: PerformanceEntry[]): void => { scores.push(...entries.map((entry) => (entry as PerformanceEntry & { value: number }).value)) }
    const observer = new PerformanceObserver((list) => { note(list.getEntries()) })
    observer.observe({ type: 'layout-shift', buffered: true })
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    note(observer.takeRecords())
    return scores.reduce((sum, score) => sum + score, 0)
  })
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
