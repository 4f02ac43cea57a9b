import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CsvError, parse } from 'csv-parse'
import { type FileRow, isField, type RawRow } from './fields.ts'

/** A file that cannot be read on. Its message has the line, and nothing that stood there. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/**
 * The rows of a file, one at a time and never more than a chunk of it in memory. `.csv` has a
 * header; anything else is JSON lines.
 */
export function readRows(file: string): AsyncGenerator<FileRow> {
  return /\.csv$/i.test(file) ? readCsv(file) : readJsonLines(file)
}

async function* readCsv(file: string): AsyncGenerator<FileRow> {
  const source = createReadStream(file)
  const parser = source.pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 16_384,
    }),
  )
  source.on('error', (error) => parser.destroy(error))
  let header: string[] | undefined
  try {
    const records: AsyncIterable<{ record: string[]; info: { lines: number } }> = parser
    for await (const { record, info } of records) {
      if (header) yield { line: info.lines, ...rowOf(header, record) }
      else header = headerOf(record)
    }
  } catch (error) {
    const { code, lines } = error as Partial<CsvError> & { lines?: number }
    if (code?.startsWith('CSV_') !== true) throw error
    throw new UnreadableFile(`line ${lines ?? '?'}: ${code}`)
  } finally {
    source.destroy()
  }
  if (!header) throw new UnreadableFile('there is no header')
}

/**
 * A file without its header would have a user's key in this place: an unknown name is not repeated.
 */
function headerOf(names: string[]): string[] {
  const trimmed = names.map((name) => name.trim())
  const unknown = trimmed.findIndex(
    (name, index) => !isField(name) || trimmed.indexOf(name) !== index,
  )
  if (unknown >= 0)
    throw new UnreadableFile(`column ${unknown + 1} of the header is unknown, or there twice`)
  if (!trimmed.includes('user_id')) throw new UnreadableFile('the header has no user_id')
  return trimmed
}

function rowOf(
  header: string[],
  cells: string[],
): { raw: RawRow } | { unreadable: 'malformed_row' } {
  if (cells.length !== header.length) return { unreadable: 'malformed_row' }
  return {
    raw: Object.fromEntries(
      header.map((name, index) => [name, cells[index] ?? '']).filter(([, cell]) => cell !== ''),
    ) as RawRow,
  }
}

async function* readJsonLines(file: string): AsyncGenerator<FileRow> {
  const source = createReadStream(file, 'utf8')
  const lines = createInterface({ input: source, crlfDelay: Infinity })
  // An unreadable file would otherwise be an error event that nobody hears.
  const failed = new Promise<never>((_, reject) => source.on('error', reject))
  failed.catch(() => {
    lines.close()
  })
  let line = 0
  try {
    for await (const text of lines) {
      line++
      const bare = line === 1 ? text.replace(/^\uFEFF/, '') : text
      if (bare.trim() !== '') yield { line, ...jsonRow(bare) }
    }
    if (source.errored) await failed
  } finally {
    source.destroy()
  }
}

function jsonRow(
  text: string,
): { raw: RawRow } | { unreadable: 'malformed_row' | 'unknown_field' } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { unreadable: 'malformed_row' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { unreadable: 'malformed_row' }
  const present = Object.entries(value).filter(([, cell]) => cell !== null && cell !== '')
  if (!present.every(([name]) => isField(name))) return { unreadable: 'unknown_field' }
  // A number is no user id: 10000000000000001 would arrive as 10000000000000000, somebody else's.
  if (
    !present.every(
      ([name, cell]) =>
        typeof cell === 'string' || (Number.isSafeInteger(cell) && name !== 'user_id'),
    )
  )
    return { unreadable: 'malformed_row' }
  return { raw: Object.fromEntries(present.map(([name, cell]) => [name, String(cell)])) }
}
