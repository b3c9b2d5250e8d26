import type { MediaStore } from '../contract/ports.ts'
import type { VisibleHtml } from './stored-files.ts'

/** Pictures that are put into the page; the rest of a mail's pictures stays away. */
const pictures = /^image\/(?:png|jpeg|gif|webp|bmp)$/
/** Bytes of pictures in one page. */
const mostBytes = 8 * 1024 * 1024

/**
 * A mail's HTML as a page of its own for a sandboxed frame: it runs nothing, fetches nothing from anywhere, and has no origin. Its
 * inline pictures are written into it, because a page without an origin has no cookie to ask for them.
 */
export async function mailPage(
  { html, inline }: VisibleHtml,
  media: MediaStore,
): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: string }> {
  const written = new Map<string, string>()
  let bytes = 0
  for (const [id, file] of inline) {
    bytes += file.size
    if (bytes > mostBytes || !pictures.test(file.contentType) || !(await media.has(file.hash))) continue
    const content = Buffer.from(await media.get(file.hash)).toString('base64')
    written.set(id, `data:${file.contentType};base64,${content}`)
  }
  const shown = html.replace(/(["'])cid:([^"'\s]{1,300})\1/gi, (_whole, quote: string, id: string) => {
    return `${quote}${written.get(decode(id)) ?? 'data:,'}${quote}`
  })
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, max-age=3600',
    },
    body: `<!doctype html><meta charset="utf-8"><base target="_blank">${shown}`,
  }
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
