import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import {
  smallestUpload,
  type UploadType,
  uploadLimits,
  wecomCall,
  wecomDownload,
  wecomUpload,
} from '../_kit/wecom-client.ts'
import type { WecomKfConfig } from './config.ts'
import { kfErrors } from './errors.ts'

type Io = ChannelIo<WecomKfConfig>

/** Service states (document 94669). Messages may be sent in the first two. */
const states = { fresh: 0, bot: 1, queue: 2, human: 3, ended: 4 } as const

/**
 * Sends one part. The message id is drawn from the idempotency key, so that WeCom knows a repeat. When the session's state refuses it,
 * a fresh session is taken over and the message sent once more; what a person has in hand in WeCom is left alone. Throws DeliveryError.
 */
export async function deliver(call: ProviderCall, idempotencyKey: string, io: Io): Promise<Receipt> {
  const { openKfId, to } = call.body as { openKfId: string; to: string }
  if (openKfId === '') {
    throw new DeliveryError(
      'never',
      'no_account',
      '不知道由哪个客服账号发送 / it is not known which customer-service account to send from',
    )
  }
  const message = (call.name === 'file' ? await fileMessage(call, io) : call.body.message) as JsonObject
  // At most 32 of [0-9a-zA-Z_-].
  const msgid = sha256(idempotencyKey).slice(0, 32)
  const body = { touser: to, open_kfid: openKfId, msgid, ...message }
  const send = () =>
    wecomCall(io.config, io, { path: '/cgi-bin/kf/send_msg', body, repeatable: false }, kfErrors)
  try {
    return receiptOf(await send(), msgid)
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.code !== '95018') throw error
    await takeOver(openKfId, to, error, io)
    return receiptOf(await send(), msgid)
  }
}

function receiptOf(answer: JsonObject, msgid: string): Receipt {
  return { providerMessageId: typeof answer.msgid === 'string' && answer.msgid ? answer.msgid : msgid }
}

/** Brings the session into a state that takes messages, or says why it cannot. */
async function takeOver(openKfId: string, to: string, refused: DeliveryError, io: Io): Promise<void> {
  const session = { open_kfid: openKfId, external_userid: to }
  const got = await wecomCall(
    io.config,
    io,
    { path: '/cgi-bin/kf/service_state/get', body: session, repeatable: true },
    kfErrors,
  )
  const no = (why: string) => new DeliveryError('never', refused.code, why)
  switch (got.service_state) {
    case states.fresh: {
      const body = { ...session, service_state: states.bot }
      const request = { path: '/cgi-bin/kf/service_state/trans', body, repeatable: true }
      await wecomCall(io.config, io, request, kfErrors)
      return
    }
    case states.bot:
      return
    case states.queue:
      throw no('客户正在接待池排队，等人工接入 / the customer waits in the queue of WeCom')
    case states.human: {
      const who = typeof got.servicer_userid === 'string' ? ` ${got.servicer_userid}` : ''
      throw no(`企业微信里的接待人员${who}正在接待，请在企业微信中回复 / a person${who} serves in WeCom`)
    }
    case states.ended:
      throw no('会话已结束，客户再次发言后才能发送 / the session has ended until the customer writes again')
    default:
      throw refused
  }
}

async function fileMessage(call: ProviderCall, io: Io): Promise<JsonObject> {
  const file = call.body.file as { name: string; contentType: string; hash: string; size: number }
  const type = uploadType(file)
  if (file.size > uploadLimits[type] || file.size < smallestUpload) {
    const text = `${file.name}: ${file.size} bytes, allowed are ${smallestUpload} to ${uploadLimits[type]}`
    throw new DeliveryError('never', 'file_size', text)
  }
  const content = await io.media.get(file.hash)
  const mediaId = await wecomUpload(io.config, io, type, { ...file, content }, kfErrors)
  return { msgtype: type, [type]: { media_id: mediaId } }
}

/** What is too large or of another format for its kind goes as a file. */
function uploadType({ contentType, size }: { contentType: string; size: number }): UploadType {
  if (/^image\/(?:jpeg|png)$/.test(contentType) && size <= uploadLimits.image) return 'image'
  if (contentType === 'audio/amr' && size <= uploadLimits.voice) return 'voice'
  return contentType === 'video/mp4' && size <= uploadLimits.video ? 'video' : 'file'
}

/** Fetches what a customer sent; WeCom keeps it three days. */
export async function fetchAttachment(
  ref: JsonObject,
  io: Io,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string; name?: string }> {
  const file = await wecomDownload(io.config, io, String(ref.mediaId), kfErrors)
  return { ...file, content: once(file.content) }
}

async function* once(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content
}
