/** The columns of a CSV file, and the fields of a JSON line. */
export const FIELDS = [
  'user_id',
  'key',
  'key_format',
  'label',
  'algorithm',
  'digits',
  'period',
  'last_used_step',
  'last_used_at',
  'number',
  'number_confirmed_at',
  'backup_number',
  'backup_number_confirmed_at',
] as const

export type Field = (typeof FIELDS)[number]

/** One row as it was read: texts and numbers by field; what was empty is not there. */
export type RawRow = Partial<Record<Field, string>>

/** A row of the file with its place in it, or why it cannot be read as a row. */
export type FileRow =
  { line: number; raw: RawRow } | { line: number; unreadable: 'malformed_row' | 'unknown_field' }

export function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name)
}
