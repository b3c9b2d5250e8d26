import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { callApi, downloadFile, uploadFile } from '../_kit/errcode-api.ts'
import { apiOf } from './api.ts'
import type { WechatOaConfig } from './config.ts'
import { isOutsideWindow } from './errors.ts'
import { limits } from './limits.ts'

type Io = ChannelIo<WechatOaConfig>

/**
 * Sends one part as a customer-service message. When the reply window turns out to be closed, the first part goes out as the account's
 * template message instead; `client_msg_id` keeps WeChat from sending that twice. Throws DeliveryError.
 */
export async function deliver(call: ProviderCall, idempotencyKey: string, io: Io): Promise<Receipt> {
  const { to } = call.body
  const message = (call.name === 'file' ? await fileMessage(call, io) : call.body.message) as JsonObject
  const providerMessageId = sha256(idempotencyKey).slice(0, 32)
  try {
    await callApi(apiOf(io), io, {
      path: '/cgi-bin/message/custom/send',
      body: { touser: to!, ...message },
      repeatable: false,
    })
    return { providerMessageId, detail: { by: 'customer-service' } }
  } catch (error) {
    const template = call.body.template as JsonObject | undefined
    if (!isOutsideWindow(error) || !template) throw error
    return await sendTemplate(String(to), template, idempotencyKey, error.code, io)
  }
}

async function sendTemplate(
  touser: string,
  template: JsonObject,
  idempotencyKey: string,
  because: string,
  io: Io,
): Promise<Receipt> {
  const time = new Date(io.clock.now() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
  const data = JSON.parse(JSON.stringify(template.data).replaceAll('{time}', time)) as JsonObject
  const answer = await callApi(apiOf(io), io, {
    path: '/cgi-bin/message/template/send',
    body: { touser, ...template, data, client_msg_id: sha256(idempotencyKey).slice(0, 32) },
    repeatable: false,
  })
  return { providerMessageId: String(answer.msgid), detail: { by: 'template', because } }
}

type Media = keyof typeof limits.upload

async function fileMessage(call: ProviderCall, io: Io): Promise<JsonObject> {
  const file = call.body.file as { name: string; contentType: string; hash: string; size: number }
  const type = mediaType(file.contentType)
  if (type === null) {
    throw new DeliveryError(
      'never',
      'file_type',
      `公众号只能发送图片、语音和视频：${file.name} / an official account sends pictures, voice and video only`,
    )
  }
  if (file.size > limits.upload[type]) {
    throw new DeliveryError('never', 'file_too_large', `${file.name}: more than ${limits.upload[type]} bytes`)
  }
  const content = await io.media.get(file.hash)
  const request = { path: '/cgi-bin/media/upload', query: { type } }
  const uploaded = await uploadFile(apiOf(io), io, request, { ...file, content })
  return { msgtype: type, [type]: { media_id: String(uploaded.media_id) } }
}

function mediaType(contentType: string): Media | null {
  if (/^image\/(?:jpeg|png|gif|bmp)$/.test(contentType)) return 'image'
  if (/^audio\/(?:amr|mpeg|mp3)$/.test(contentType)) return 'voice'
  return contentType === 'video/mp4' ? 'video' : null
}

/** Fetches what a customer sent; WeChat keeps it three days. A video comes as an address of its own. */
export async function fetchAttachment(
  ref: JsonObject,
  io: Io,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string; name?: string }> {
  const query = { media_id: String(ref.mediaId) }
  const file = await downloadFile(apiOf(io), io, { path: '/cgi-bin/media/get', query })
  if (!file.json) return { ...file, content: once(file.content) }
  const url = file.json.video_url ?? file.json.down_url
  if (typeof url !== 'string') throw new Error('media/get answered with JSON and without an address')
  const response = await io.fetch(url, { signal: io.signal }, { timeoutMs: 120_000, maxBytes: 110_000_000 })
  if (response.status !== 200) throw new Error(`the address of the video answered ${response.status}`)
  return {
    content: once(await response.bytes()),
    contentType: response.headers['content-type'] ?? 'video/mp4',
  }
}

async function* once(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content
}
