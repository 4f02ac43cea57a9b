/** Whether a value is a `Uint8Array`, of any realm; a subclass such as Node's Buffer is one. */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) && (value as Partial<Uint8Array>)[Symbol.toStringTag] === 'Uint8Array'
  )
}
