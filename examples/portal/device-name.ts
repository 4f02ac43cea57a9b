const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'Mac'],
  ['Linux', 'Linux'],
] as const

/** A name by which people know their device again, such as "Firefox on Windows". */
export function deviceName(userAgent = ''): string {
  const name = (known: readonly (readonly [sign: string, name: string])[]): string | undefined =>
    known.find(([sign]) => userAgent.includes(sign))?.[1]
  return `${name(BROWSERS) ?? 'Browser'}${name(SYSTEMS) === undefined ? '' : ` on ${name(SYSTEMS)}`}`
}
