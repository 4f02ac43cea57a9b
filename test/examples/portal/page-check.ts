import { axeFindings, layoutShifts, overflow } from './referees.ts'
import type { Visitor } from './visitor.ts'

// Colors do not depend on the width, nor widths on the colors: each is seen once, and half of the
// time is saved.
const LOOKS = [
  ['light', 320],
  ['dark', 1280],
] as const

/**
 * What is wrong with a page as it stands, in light on a narrow phone and in dark on a desk: one
 * line each.
 */
export async function faultsOf({ page }: Visitor): Promise<string[]> {
  const faults: string[] = []
  for (const { score, what } of await layoutShifts(page))
    faults.push(`it moved by ${score} while it loaded: ${what.join(', ')}`)
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    const where = `${colorScheme}, ${width} pixels wide`
    for (const finding of await axeFindings(page)) faults.push(`${where}: ${finding}`)
    const wider = await overflow(page)
    if (wider > 0) faults.push(`${where}: ${wider} pixels wider than the window`)
  }
  return faults
}
