import type { ChannelIo } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { FeishuConfig } from './config.ts'
import { convert } from './convert/index.ts'
import { limits } from './limits.ts'
import { mentionsOf, withNames } from './mentions.ts'
import { callFeishu, withAccess } from './sdk/client.ts'
import { readAnswer } from './sdk/http.ts'
import { listOf, millisOf, objectOf, textOf } from './shape.ts'

type Io = ChannelIo<FeishuConfig>

interface Fetched {
  readonly content: AsyncIterable<Uint8Array>
  readonly contentType: string
  readonly name?: string
}

/**
 * Fetches a file of a message ("reference/im-v1/message-resource/get"), or the messages of a merged forward as a text. Rejects with
 * FeishuFailure or as `io.fetch` does.
 */
export async function fetchAttachment(ref: JsonObject, io: Io): Promise<Fetched> {
  return ref.type === 'forward' ? await fetchForward(ref, io) : await fetchFile(ref, io)
}

async function fetchFile(ref: JsonObject, io: Io): Promise<Fetched> {
  const [messageId, key] = [textOf(ref.messageId), textOf(ref.key)].map(encodeURIComponent)
  const type = ref.type === 'image' ? 'image' : 'file'
  const url = `${io.config.baseUrl}/open-apis/im/v1/messages/${messageId}/resources/${key}?type=${type}`
  return await withAccess(io, async (token) => {
    const response = await io.fetch(
      url,
      { headers: { authorization: `Bearer ${token}` }, signal: io.signal },
      { timeoutMs: limits.transferMs, maxBytes: limits.resourceBytes },
    )
    const contentType = response.headers['content-type'] ?? 'application/octet-stream'
    // An error is JSON, also with status 200; a JSON file that somebody sent has a disposition.
    const isFile =
      response.status === 200 && (response.headers['content-disposition'] || !isJson(contentType))
    if (!isFile) await readAnswer(response)
    return { content: once(await response.bytes()), contentType }
  })
}

const isJson = (type: string) => /^application\/json/i.test(type)

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function fetchForward(ref: JsonObject, io: Io): Promise<Fetched> {
  const messageId = textOf(ref.messageId)
  const answer = await callFeishu(io, (client, access) =>
    client.im.v1.message.get({ path: { message_id: messageId } }, access),
  )
  const items = listOf((answer.data?.items ?? []) as JsonObject[]).map(objectOf)
  const lines = items
    .filter((item) => textOf(item.message_id) !== messageId)
    .slice(0, limits.forwardedMessages)
    .map(lineOf)
  const text = lines.join('\n') || '(空)'
  return { content: once(new TextEncoder().encode(text)), contentType: 'text/plain', name: '聊天记录.txt' }
}

/** One message as it was read back: the same converters, other member names. */
function lineOf(item: JsonObject): string {
  const messageId = textOf(item.message_id)
  const mentions = mentionsOf(item.mentions, undefined)
  const type = textOf(item.msg_type)
  const { text, attachments = [] } = convert(type, textOf(objectOf(item.body).content), {
    messageId,
    mentions,
  })
  const files = attachments.map((file) => `[${file.name}]`).join(' ')
  const at = millisOf(item.create_time)
  const time = at === null ? '' : `${new Date(at).toISOString()} `
  const who = textOf(objectOf(item.sender).id)
  return `${time}${who}: ${[withNames(text, mentions, true), files].filter(Boolean).join(' ') || `[${type}]`}`
}
