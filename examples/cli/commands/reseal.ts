import { progressBar } from '../../import/progress-bar.ts'
import { type Command, DATA } from '../command.ts'
import { openPortal } from '../portal/portal.ts'

interface Progress {
  records: number
  last: string
}

/** What an operator does after a new key was put first in KEYSTEP_KEYS. */
export const reseal: Command = {
  positionals: [],
  summary: 'for the operator: seal every record under the current key',
  details: [
    'Seals every record under the first key of KEYSTEP_KEYS, with a bar on stderr, beside whoever logs in meanwhile. The other keys must still be there.',
    'Interrupted (Control-C), it goes on there when it is called again.',
  ],
  options: DATA,
  async run(call) {
    const { folder, twoFactor, countRecords } = await openPortal(call.values['data'])
    // By the id of the current key: another key means another walk, from the first record on.
    const name = `reseal-${folder.keyringKeys().split(':')[0]!}`
    const kept = folder.progressOf(name)
    const before =
      kept === undefined ? { records: 0, last: undefined } : (JSON.parse(kept) as Progress)
    const bar = progressBar(process.stderr, countRecords(), 'records')
    bar.show(before.records)
    const report = await twoFactor.maintenance
      .reseal({
        after: before.last,
        onProgress({ records, last }) {
          folder.keepProgress(name, JSON.stringify({ records: before.records + records, last }))
          bar.show(before.records + records)
        },
      })
      .finally(bar.end)
    folder.endProgress(name)
    const records = before.records + report.records
    const lines = [
      `${records} records seen, ${report.resealed} sealed anew${kept === undefined ? '' : ' since it went on'}, ${report.unreadable} cannot be opened.`,
    ]
    return { outcome: 'accepted', lines, json: { ...report, records } }
  },
}
