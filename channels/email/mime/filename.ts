import { limits } from '../limits.ts'
import { decodeWords } from './words.ts'

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/bmp': '.bmp',
  'image/heic': '.heic',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/csv': '.csv',
  'text/calendar': '.ics',
  'message/rfc822': '.eml',
  'message/delivery-status': '.txt',
  'audio/amr': '.amr',
  'audio/mpeg': '.mp3',
  'video/mp4': '.mp4',
}

/**
 * A name that is safe to show and to offer for saving: the last segment of any path, no control or direction-changing
 * characters, no leading dots, bounded. Made up from the type and the running number when nothing is left.
 */
export function safeFileName(sent: string | undefined, contentType: string, ordinal: number): string {
  const decoded = decodeWords(sent ?? '')
  const segment = decoded.slice(Math.max(decoded.lastIndexOf('/'), decoded.lastIndexOf('\\')) + 1)
  const clean = segment
    .replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[.\s]+/, '')
    .trimEnd()
  if (clean === '') return `attachment-${ordinal}${extensions[contentType] ?? ''}`
  const points = [...clean]
  if (points.length <= limits.fileName) return clean
  const dot = points.lastIndexOf('.')
  const ending = dot > points.length - 12 ? points.slice(dot) : []
  return [...points.slice(0, limits.fileName - ending.length), ...ending].join('')
}
