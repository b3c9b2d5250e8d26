import { randomBytes } from 'node:crypto'
import type { Json, State } from './state.ts'

const largest: Record<string, number> = { image: 10e6, voice: 2e6, video: 10e6, file: 20e6 }

/** `media/upload` (document 90253): a multipart form with one file in the field `media`. */
export function upload(state: State, type: string, contentType: string, body: Buffer): Json {
  const max = largest[type]
  if (max === undefined) return { errcode: 40004, errmsg: 'invalid media type' }
  const boundary = /boundary=([^;]+)/.exec(contentType)?.[1]
  const begin = body.indexOf('\r\n\r\n')
  const end = boundary ? body.lastIndexOf(`\r\n--${boundary}--`) : -1
  if (begin < 0 || end < 0) return { errcode: 44001, errmsg: 'empty media data' }
  const head = body.subarray(0, begin).toString()
  const name = /name="media"; filename="([^"]*)"/.exec(head)?.[1]
  if (name === undefined) return { errcode: 44001, errmsg: 'empty media data' }
  const content = new Uint8Array(body.subarray(begin + 4, end))
  if (content.length < 5 || content.length > max) return { errcode: 40006, errmsg: 'invalid meida size' }
  const fileType = /content-type: *(\S+)/i.exec(head)?.[1] ?? 'application/octet-stream'
  const mediaId = keep(state, name, fileType, content)
  return {
    errcode: 0,
    errmsg: 'ok',
    type,
    media_id: mediaId,
    created_at: String(Math.floor(state.now() / 1000)),
  }
}

/** Keeps a file as temporary media; three days. */
export function keep(state: State, name: string, contentType: string, content: Uint8Array): string {
  const mediaId = `3${randomBytes(24).toString('base64url')}`
  state.files.set(mediaId, { name, contentType, content, atMs: state.now() })
  return mediaId
}
