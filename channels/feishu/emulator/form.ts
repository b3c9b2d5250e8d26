/** One member of a multipart form. */
export interface FormPart {
  readonly fileName: string | null
  readonly type: string
  readonly bytes: Buffer
}

/**
 * Reads multipart/form-data (RFC 7578). Not by the platform's own reader, which takes a file without a name for text: the official
 * client sends buffers like that.
 */
export function readForm(body: Buffer, contentType: string): ReadonlyMap<string, FormPart> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (!boundary) throw new Error('a form without a boundary')
  const parts = new Map<string, FormPart>()
  const mark = Buffer.from(`--${boundary}`)
  for (let at = body.indexOf(mark); at >= 0; ) {
    const next = body.indexOf(mark, at + mark.length)
    if (next < 0) break
    const [name, part] = readPart(body.subarray(at + mark.length + 2, next - 2))
    parts.set(name, part)
    at = next
  }
  return parts
}

function readPart(bytes: Buffer): [string, FormPart] {
  const end = bytes.indexOf('\r\n\r\n')
  const head = bytes.toString('utf8', 0, Math.max(0, end))
  const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? ''
  const fileName = /\bfilename="([^"]*)"/i.exec(head)?.[1] ?? null
  const type = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? 'application/octet-stream'
  return [name, { fileName, type, bytes: bytes.subarray(end + 4) }]
}
