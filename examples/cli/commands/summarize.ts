import type { MaintenanceProgress, Summary } from 'keystep'
import { progressBar } from '../../import/progress-bar.ts'
import { type Command, DATA } from '../command.ts'
import { openPortal } from '../portal/portal.ts'

type Progress = MaintenanceProgress & { readonly summary: Summary }

export const summarize: Command = {
  positionals: [],
  summary: 'for the operator: count users, factors and keys',
  details: [
    'Counts over all records, naming nobody, with a bar on stderr. Interrupted (Control-C), it counts on when it is called again.',
  ],
  options: DATA,
  async run(call) {
    const { folder, twoFactor, countRecords } = await openPortal(call.values['data'])
    const kept = folder.progressOf('summarize')
    const before = kept === undefined ? undefined : (JSON.parse(kept) as Progress)
    const bar = progressBar(process.stderr, countRecords(), 'records')
    bar.show(before?.records ?? 0)
    const summary = await twoFactor.maintenance
      .summarize({
        after: before?.last,
        counted: before?.summary,
        onProgress(progress) {
          folder.keepProgress('summarize', JSON.stringify(progress))
          bar.show(progress.records)
        },
      })
      .finally(bar.end)
    folder.endProgress('summarize')
    const { byKey, missingKeys, ...counts } = summary
    const keys = [
      ...Object.entries(byKey).map(([id, records]) => `sealed under ${id}: ${records}`),
      ...Object.entries(missingKeys).map(
        ([id, records]) => `sealed under ${id}, which is missing: ${records}`,
      ),
    ]
    return {
      outcome: 'accepted',
      lines: [...Object.entries(counts).map(([name, count]) => `${name}: ${count}`), ...keys],
      json: summary,
    }
  },
}
