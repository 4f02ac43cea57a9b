import { isIPv4, isIPv6 } from 'node:net'
import type { DnsRecord } from './data/dns-records.ts'

export const DNS_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT'] as const

/** A change of a zone, as a form asks for it. */
export type DnsChange = { add: Omit<DnsRecord, 'id'> } | { remove: string }

/**
 * The page of a change. Names and addresses of a zone are public, so they may travel in the address
 * while a code is asked for.
 */
export function addressOf(change: DnsChange): string {
  return `/dns?${new URLSearchParams('add' in change ? { ...change.add } : { remove: change.remove })}`
}

/** The change that an address means, or null. */
export function dnsChangeOf(address: string): DnsChange | null {
  if (!address.startsWith('/dns?')) return null
  const { name, type, value, remove } = Object.fromEntries(
    new URLSearchParams(address.slice('/dns?'.length)),
  )
  if (remove !== undefined) return /^[\w-]{1,64}$/.test(remove) ? { remove } : null
  const add = { name: name ?? '', type: type ?? '', value: value ?? '' }
  return errorOf(add) ? null : { add }
}

/** What is wrong with a record that was typed, by field. */
export function errorOf({
  name,
  type,
  value,
}: Omit<DnsRecord, 'id'>): { name?: string; value?: string } | null {
  if (!/^(@|[a-z0-9_*]([a-z0-9_.-]{0,61}[a-z0-9])?)$/i.test(name))
    return { name: 'Letters, digits, dashes and dots, such as www; @ for the domain itself.' }
  if (type === 'A' && !isIPv4(value))
    return { value: 'An A record takes an IPv4 address, such as 192.0.2.10.' }
  if (type === 'AAAA' && !isIPv6(value))
    return { value: 'An AAAA record takes an IPv6 address, such as 2001:db8::10.' }
  return /^[\x20-\x7e]{1,255}$/.test(value) && (DNS_TYPES as readonly string[]).includes(type)
    ? null
    : { value: 'A value has 1 to 255 plain characters.' }
}

export function sentenceOf(change: DnsChange): string {
  return 'add' in change
    ? `To add ${change.add.name} ${change.add.type} ${change.add.value}, type a code.`
    : 'To delete this record, type a code.'
}
