import type { Client } from '@larksuiteoapi/node-sdk'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { unanswered } from '../_kit/delivery.ts'
import type { FeishuConfig } from './config.ts'
import { cardGone, deliveryErrorOf, FeishuFailure, replyGone } from './errors.ts'
import { limits } from './limits.ts'
import { type FeishuCall, feishuCall, type Target } from './render.ts'
import { callFeishu } from './sdk/client.ts'

type Io = ChannelIo<FeishuConfig>

/**
 * Sends one part. Feishu drops a repeat under the same `uuid` for an hour ("reference/im-v1/message/create"). A card that cannot be
 * changed any more is sent as a new one; a message in a group that cannot be answered any more is answered in the chat. Throws
 * DeliveryError.
 */
export async function deliver(call: ProviderCall, idempotencyKey: string, io: Io): Promise<Receipt> {
  const parsed = feishuCall.safeParse({ name: call.name, body: call.body })
  if (!parsed.success)
    throw new DeliveryError('never', 'call_invalid', 'the stored call does not read as one')
  try {
    return await run(parsed.data, uuidOf(idempotencyKey), io)
  } catch (error) {
    if (error instanceof FeishuFailure) throw deliveryErrorOf(error)
    throw unanswered(error)
  }
}

function uuidOf(key: string): string {
  return key.length <= limits.uuidLength ? key : sha256(key).slice(0, limits.uuidLength)
}

async function run(call: FeishuCall, uuid: string, io: Io): Promise<Receipt> {
  if (call.name === 'change') return await change(call.body, uuid, io)
  if (call.name === 'send') return await send(call.body, call.body.type, call.body.content, uuid, io)
  const { as } = call.body
  const key = await upload(call.body, io)
  return await send(call.body, as, as === 'image' ? { image_key: key } : { file_key: key }, uuid, io)
}

async function send(to: Target, type: string, content: object, uuid: string, io: Io): Promise<Receipt> {
  const message = { msg_type: type, content: JSON.stringify(content), uuid }
  const { messageId, chatId } = to.replyTo
    ? await reply(to, to.replyTo, message, io)
    : await create(to.receiver, message, io)
  return {
    providerMessageId: messageId,
    ...(type === 'interactive' ? { handle: { messageId } } : {}),
    ...(chatId ? { detail: { chatId } } : {}),
  }
}

interface Message {
  readonly msg_type: string
  readonly content: string
  readonly uuid: string
}

async function create(receiver: string, message: Message, io: Io) {
  const payload = {
    params: { receive_id_type: idTypeOf(receiver) },
    data: { receive_id: receiver, ...message },
  }
  return named(await callFeishu(io, (client, access) => client.im.v1.message.create(payload, access)))
}

async function reply(to: Target, messageId: string, message: Message, io: Io) {
  const payload = {
    path: { message_id: messageId },
    data: { ...message, ...(to.inTopic ? { reply_in_thread: true } : {}) },
  }
  try {
    return named(await callFeishu(io, (client, access) => client.im.v1.message.reply(payload, access)))
  } catch (error) {
    if (error instanceof FeishuFailure && replyGone.has(error.code))
      return await create(to.receiver, message, io)
    throw error
  }
}

type Created = Awaited<ReturnType<Client['im']['v1']['message']['create']>>

function named({ data }: Created): { messageId: string; chatId: string } {
  if (!data?.message_id) throw new DeliveryError('unknown', 'no_message_id', 'the answer names no message')
  return { messageId: data.message_id, chatId: data.chat_id ?? '' }
}

/** The kind of an id, by its form ("faq/trouble-shooting/how-to-obtain-openid"). */
export function idTypeOf(id: string): 'open_id' | 'chat_id' | 'union_id' | 'email' | 'user_id' {
  if (id.startsWith('ou_')) return 'open_id'
  if (id.startsWith('oc_')) return 'chat_id'
  if (id.startsWith('on_')) return 'union_id'
  return id.includes('@') ? 'email' : 'user_id'
}

/** Changes a card for everybody who has it ("reference/im-v1/message/patch"): 14 days, five times a second. */
async function change(
  body: Extract<FeishuCall, { name: 'change' }>['body'],
  uuid: string,
  io: Io,
): Promise<Receipt> {
  const { messageId, content } = body
  const payload = { path: { message_id: messageId }, data: { content: JSON.stringify(content) } }
  try {
    await callFeishu(io, (client, access) => client.im.v1.message.patch(payload, access))
    return { providerMessageId: messageId, handle: { messageId } }
  } catch (error) {
    if (error instanceof FeishuFailure && cardGone.has(error.code))
      return await send(body, 'interactive', content, uuid, io)
    throw error
  }
}

const fileTypes: readonly [RegExp, 'opus' | 'mp4' | 'pdf' | 'doc' | 'xls' | 'ppt'][] = [
  [/^audio\/(ogg|opus)/, 'opus'],
  [/^video\/mp4/, 'mp4'],
  [/^application\/pdf/, 'pdf'],
  [/msword|wordprocessingml/, 'doc'],
  [/ms-excel|spreadsheetml/, 'xls'],
  [/ms-powerpoint|presentationml/, 'ppt'],
]

/** Brings a file to Feishu, which then names it by a key. Repeated, it leaves an unused key behind and nothing else. */
async function upload(body: Extract<FeishuCall, { name: 'file' }>['body'], io: Io): Promise<string> {
  const bytes = Buffer.from(await io.media.get(body.hash))
  try {
    const made = await callFeishu<{ image_key?: string; file_key?: string } | null>(io, (client, access) =>
      body.as === 'image'
        ? client.im.v1.image.create({ data: { image_type: 'message', image: bytes } }, access)
        : client.im.v1.file.create({ data: fileData(body, bytes) }, access),
    )
    const key = made?.image_key ?? made?.file_key
    if (!key) throw new DeliveryError('later', 'no_file_key', 'the answer names no file')
    return key
  } catch (error) {
    if (error instanceof FeishuFailure || error instanceof DeliveryError) throw error
    const failure = unanswered(error)
    // Nobody saw an upload yet: trying it again doubles nothing.
    throw failure.retry === 'unknown' ? new DeliveryError('later', failure.code, failure.message) : failure
  }
}

function fileData(body: { readonly fileName: string; readonly contentType: string }, file: Buffer) {
  const type = fileTypes.find(([pattern]) => pattern.test(body.contentType))?.[1]
  return { file_type: type ?? ('stream' as const), file_name: body.fileName, file }
}
