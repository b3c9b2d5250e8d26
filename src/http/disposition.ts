/** A file's name for people: no path, no control characters, no characters that reorder text, not too long. */
export function displayName(name: string): string {
  const last = name.split(/[/\\]/).at(-1)!
  const clean = last.replace(/[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  const short = [...clean.replace(/^\.+/, '')].slice(-120).join('')
  return short === '' ? 'file' : short
}

/** The header's value (RFC 6266): an ASCII name for old clients and the real one in UTF-8. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const shown = displayName(name)
  const ascii = shown.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%;]/g, '_')
  const encoded = encodeURIComponent(shown.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
