import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** What axe holds against a page as it is now: rule and element, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  )
}

interface LayoutShift extends PerformanceEntry {
  value: number
  sources: { node: Element | null }[]
}

/** What has moved by itself since a page was opened, and Chromium's score for how far. */
export function layoutShifts(page: Page): Promise<{ score: number; what: string[] }[]> {
  return page.evaluate(async () => {
    const shifts: LayoutShift[] = []
    const note = (entries: PerformanceEntry[]): void => {
      shifts.push(...(entries as LayoutShift[]))
    }
    const observer = new PerformanceObserver((list) => {
      note(list.getEntries())
    })
    observer.observe({ type: 'layout-shift', buffered: true })
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    note(observer.takeRecords())
    return shifts.map(({ value, sources }) => ({
      score: value,
      what: sources.map(({ node }) => node?.outerHTML ?? node?.nodeName ?? ''),
    }))
  })
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
}
