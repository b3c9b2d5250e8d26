import type { z } from 'zod'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { callApi, uploadMedia } from './api.ts'
import { cardCall, fileTypeOf, mediaCall, type Target, textCall } from './call.ts'
import type { DingtalkConfig } from './config.ts'
import { type Answer, failureOf } from './errors.ts'
import { limits } from './limits.ts'
import { deliverCard } from './native-card.ts'

type Io = ChannelIo<DingtalkConfig>

/** Sends one part by the robot. Throws DeliveryError as `errors.ts` classifies. */
export async function deliver(call: ProviderCall, _key: string, io: Io): Promise<Receipt> {
  switch (call.name) {
    case 'text': {
      const { target, content } = read(textCall, call)
      return await sendMessage(io, target, 'sampleText', { content })
    }
    case 'card': {
      const { target, message, native } = read(cardCall, call)
      const sent = native ? await deliverCard(io, target, native) : null
      if (sent && 'providerMessageId' in sent) return sent
      const receipt = await sendMessage(io, target, message.msgKey, message.msgParam)
      return sent ? { ...receipt, detail: { insteadOfCard: sent.unusable } } : receipt
    }
    case 'image':
    case 'file':
      return await sendMedia(io, call.name, read(mediaCall, call))
    default:
      throw new DeliveryError('never', 'call_invalid', `there is no call ${call.name}`)
  }
}

function read<S extends z.ZodType>(schema: S, call: ProviderCall): z.infer<S> {
  const parsed = schema.safeParse(call.body)
  if (parsed.success) return parsed.data
  throw new DeliveryError('never', 'call_invalid', 'the stored call does not read as one')
}

/**
 * "chatbots-send-one-on-one-chat-messages-in-batches" and "the-robot-sends-a-group-message". The first one answers 200 even when
 * the only receiver was refused.
 */
async function sendMessage(io: Io, target: Target, msgKey: string, msgParam: object): Promise<Receipt> {
  const { robotCode } = target
  const said = { robotCode, msgKey, msgParam: JSON.stringify(msgParam) }
  const isGroup = 'conversationId' in target
  if (!isGroup && target.userId.startsWith('$:')) {
    const reason =
      '对方没有 userId（机器人未发布，或对方不在本企业），无法单聊回复。The person has no userId here, so the robot cannot write to them.'
    throw new DeliveryError('never', 'no_user_id', reason)
  }
  const answer = isGroup
    ? await post(io, '/v1.0/robot/groupMessages/send', { ...said, openConversationId: target.conversationId })
    : await post(io, '/v1.0/robot/oToMessages/batchSend', { ...said, userIds: [target.userId] })
  if (!isGroup) checkReceiver(answer, target.userId)
  const { processQueryKey } = answer.body
  if (typeof processQueryKey !== 'string' || processQueryKey === '')
    throw failureOf(unreadable(answer), false)
  return { providerMessageId: processQueryKey }
}

function checkReceiver(answer: Answer, userId: string): void {
  const listed = (name: string) => {
    const list = answer.body[name]
    return Array.isArray(list) && list.includes(userId)
  }
  const refused = (code: string, message: string) => failureOf({ ...answer, code, message }, false)
  if (listed('invalidStaffIdList')) throw refused('staffId.notExisted', 'invalidStaffIdList')
  if (listed('flowControlledStaffIdList')) throw refused('flow_controlled', 'flowControlledStaffIdList')
  if (listed('filteredStaffIdList')) throw refused('filtered', 'filteredStaffIdList')
}

async function sendMedia(io: Io, kind: 'image' | 'file', call: z.infer<typeof mediaCall>): Promise<Receipt> {
  const content = await io.media.get(call.hash)
  const { name, contentType } = call
  const uploaded = await uploadMedia(io, kind, { name, contentType, content })
  const { media_id: mediaId } = uploaded.body
  // An upload that nobody refers to is harmless: whatever became of it, it may be done again.
  if (uploaded.code !== null) throw failureOf(uploaded, true)
  if (typeof mediaId !== 'string') throw failureOf(unreadable(uploaded), true)
  if (kind === 'image') return await sendMessage(io, call.target, 'sampleImageMsg', { photoURL: mediaId })
  const fileType = fileTypeOf(name) ?? ''
  return await sendMessage(io, call.target, 'sampleFile', { mediaId, fileName: name, fileType })
}

async function post(io: Io, path: string, body: object): Promise<Answer> {
  const answer = await callApi(io, { method: 'POST', path, body })
  if (answer.code !== null) throw failureOf(answer, false)
  return answer
}

const unreadable = (answer: Answer): Answer => ({
  ...answer,
  code: 'unreadable',
  message: 'no id in the answer',
})

/** The bytes of a file that a person sent: its code is exchanged for an address, which is read without the token. */
export async function fetchAttachment(
  ref: Record<string, unknown>,
  io: Io,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string }> {
  const robotCode = String(ref.robotCode ?? (io.config.robotCode || io.config.clientId))
  const body = { downloadCode: String(ref.downloadCode), robotCode }
  const answer = await callApi(io, { method: 'POST', path: '/v1.0/robot/messageFiles/download', body })
  if (answer.code !== null) throw failureOf(answer, true)
  const { downloadUrl } = answer.body
  if (typeof downloadUrl !== 'string') throw failureOf(unreadable(answer), true)
  const within = { timeoutMs: 120_000, maxBytes: limits.fetchBytes }
  const response = await io.fetch(downloadUrl, { signal: io.signal }, within)
  if (response.status !== 200) throw new Error(`the file's address answered ${response.status}`)
  const content = await response.bytes()
  const contentType = response.headers['content-type'] ?? 'application/octet-stream'
  return { content: one(content), contentType }
}

async function* one(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content
}
