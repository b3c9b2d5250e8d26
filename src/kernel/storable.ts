/**
 * What PostgreSQL cannot hold in text and JSON becomes the replacement character: U+0000 and lone surrogates. The raw bytes in
 * the envelope keep what was sent.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\ufffd').toWellFormed() as T
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map((item) => storable(item)) as T
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable(item)])) as T
}
