import { randomBytes } from 'node:crypto'
import { cardFault } from './card-rules.ts'
import type { Json, State } from './state.ts'

export interface Answer {
  readonly errcode: number
  readonly errmsg: string
  readonly body?: Json
}
const ok: Answer = { errcode: 0, errmsg: 'ok' }
const refuse = (errcode: number, errmsg: string): Answer => ({ errcode, errmsg })

/** What a signed-in client may ask for (document 101463). */
export function run(state: State, cmd: string, reqId: string, body: Json): Answer {
  switch (cmd) {
    case 'aibot_send_msg':
      return push(state, body)
    case 'aibot_respond_update_msg':
      return updateCard(state, reqId, body)
    case 'aibot_upload_media_init':
      return beginUpload(state, body)
    case 'aibot_upload_media_chunk':
      return takeChunk(state, body)
    case 'aibot_upload_media_finish':
      return endUpload(state, body)
    default:
      return refuse(40008, `unknown cmd ${cmd}`)
  }
}

/** A conversation that the robot was never written to from is refused; which code that has is not documented, 93006 stands for it. */
function push(state: State, body: Json): Answer {
  const chat = String(body.chatid ?? '')
  if (!state.known.has(chat)) return refuse(93006, 'invalid chatid')
  const type = String(body.msgtype)
  const item = itemOf(state, type, body)
  if ('errcode' in item) return item
  if (!state.mayPush(chat)) return refuse(846607, 'too many request')
  state.screenOf(chat).push(item)
  return ok
}

function itemOf(state: State, type: string, body: Json) {
  if (type === 'markdown') {
    const text = String((body.markdown as Json | undefined)?.content ?? '')
    if (text === '' || Buffer.byteLength(text) > 20_480) return refuse(40058, 'markdown.content')
    return { from: 'robot', kind: 'markdown', text } as const
  }
  if (type === 'template_card') {
    const card = structuredClone((body.template_card ?? {}) as Json)
    const fault = cardFault(card)
    if (fault) return { ...fault }
    if (state.taskIds.has(String(card.task_id))) return refuse(40058, 'task_id duplicated')
    state.taskIds.add(String(card.task_id))
    return { from: 'robot', kind: 'card', text: titleOf(card), card } as const
  }
  const file = state.media.get(String((body[type] as Json | undefined)?.media_id))
  if (['image', 'voice', 'video', 'file'].includes(type) && file) {
    return { from: 'robot', kind: type as 'file', text: file.name, content: file.content } as const
  }
  return refuse(file === undefined && type !== 'text' ? 40007 : 40008, 'invalid message')
}

const titleOf = (card: Json) => String((card.main_title as Json | undefined)?.title ?? '')

/** Once for each tap, within five seconds. */
function updateCard(state: State, reqId: string, body: Json): Answer {
  const tap = state.taps.get(reqId)
  if (!tap || state.now() > tap.untilMs) return refuse(846605, 'invalid req_id')
  if (body.response_type !== 'update_template_card') return refuse(40058, 'response_type')
  const card = (body.template_card ?? {}) as Json
  const fault = cardFault(card)
  if (fault) return { ...fault }
  if (card.task_id !== tap.taskId) return refuse(40058, 'task_id')
  state.taps.delete(reqId)
  tap.answered(structuredClone(card))
  return ok
}

function beginUpload(state: State, body: Json): Answer {
  const { type, filename, total_size: size, total_chunks: total } = body
  if (!['image', 'voice', 'video', 'file'].includes(String(type))) return refuse(40004, 'invalid media type')
  if (!(Number(size) >= 5) || !(Number(total) <= 100)) return refuse(40006, 'invalid media size')
  const uploadId = randomBytes(16).toString('hex')
  const upload = { type: String(type), name: String(filename), size: Number(size), total: Number(total) }
  state.uploads.set(uploadId, { ...upload, chunks: new Map() })
  return { ...ok, body: { upload_id: uploadId } }
}

function takeChunk(state: State, body: Json): Answer {
  const upload = state.uploads.get(String(body.upload_id))
  const chunk = Buffer.from(String(body.base64_data ?? ''), 'base64')
  if (!upload || chunk.length === 0 || chunk.length > 512 * 1024) return refuse(40058, 'invalid chunk')
  upload.chunks.set(Number(body.chunk_index), chunk)
  return ok
}

function endUpload(state: State, body: Json): Answer {
  const upload = state.uploads.get(String(body.upload_id))
  if (!upload) return refuse(40058, 'invalid upload_id')
  const chunks = [...upload.chunks.entries()].sort(([a], [b]) => a - b).map(([, chunk]) => chunk)
  const content = Buffer.concat(chunks)
  if (chunks.length !== upload.total || content.length !== upload.size)
    return refuse(40058, 'chunks are missing')
  const mediaId = randomBytes(24).toString('base64url')
  state.media.set(mediaId, { type: upload.type, name: upload.name, content: new Uint8Array(content) })
  return {
    ...ok,
    body: { type: upload.type, media_id: mediaId, created_at: String(Math.floor(state.now() / 1000)) },
  }
}
