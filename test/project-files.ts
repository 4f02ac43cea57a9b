import { readdirSync } from 'node:fs'

const FOREIGN = /^(node_modules|dist|api|coverage|\..*)$/

/**
 * The files below a folder of the project, without what npm and builds put there: that is not ours,
 * and changes while tests run.
 */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return FOREIGN.test(entry.name) ? [] : filesBelow(path)
  })
}
