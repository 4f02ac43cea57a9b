/** How bytes look once somebody printed them: whole, or only their beginning or end. */
export function tracesOfBytes(bytes: Uint8Array): Record<string, string> {
  const buffer = Buffer.from(bytes)
  const [first, last] = [buffer.subarray(0, 6), buffer.subarray(-6)]
  return {
    'base64': first.toString('base64'),
    'base64url': first.toString('base64url'),
    'hex, beginning': first.toString('hex'),
    'hex, end': last.toString('hex'),
    'hex, spaced': spaced(first, 16),
    'hex, spaced, end': spaced(last, 16),
    'decimal, beginning': [...first].join(','),
    'decimal, end': [...last].join(','),
    'decimal, spaced': [...first].join(', '),
    'decimal, one a line': [...first].join('\n'),
    'latin1': first.toString('latin1'),
  }
}

/** How a text looks once somebody printed it, as it is or encoded. */
export function tracesOfText(text: string): Record<string, string> {
  return {
    'text': text.slice(0, 8),
    'end of the text': text.slice(-8),
    ...tracesOfBytes(new TextEncoder().encode(text)),
  }
}

/**
 * The names of the traces that stand in a printed text; base32 has no small letters, hex may be
 * printed in large ones.
 */
export function foundIn(printed: string, traces: Record<string, string>): string[] {
  const lower = printed.toLowerCase()
  return Object.keys(traces).filter((name) => lower.includes(traces[name]!.toLowerCase()))
}

function spaced(bytes: Uint8Array, radix: number): string {
  return [...bytes].map((byte) => byte.toString(radix).padStart(2, '0')).join(' ')
}
