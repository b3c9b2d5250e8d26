import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope, MessageEnvelope, SenderIdentity } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { convert } from './convert/index.ts'
import { type RobotMessage, robotMessage } from './message.ts'
import { pressEnvelope, pressedByText } from './press.ts'
import { cardTopic, jsonObject, readFrame, robotTopic } from './stream/frame.ts'
import { streamMethod } from './stream/request.ts'

/** What DingTalk delivered, however it came. */
export type Push =
  | { readonly kind: 'robot' | 'card'; readonly moment: string; readonly data: Record<string, unknown> }
  | { readonly kind: 'event'; readonly type: string; readonly id: string; readonly data: string }

/** Pure. Throws on what nobody can read; the envelope is then parked with its raw bytes. */
export function parse(verified: Verified): Envelope[] {
  const push = pushOf(verified)
  switch (push.kind) {
    case 'robot':
      return [robotEnvelope(push.data)]
    case 'card':
      return [pressEnvelope(push.data, push.moment)]
    case 'event':
      return isCheck(push.type) ? [] : [eventEnvelope(push)]
  }
}

/** The delivery without its wrapping. Throws on what is none. */
export function pushOf({ request, claims }: Verified): Push {
  if (request.method === streamMethod) return pushOfFrame(request.body)
  if (claims.push === 'event') {
    const text = String(claims.text)
    const data = jsonObject(text)
    if (!data) throw new Error('the event is no JSON object')
    const given = data.eventId ?? data.EventId
    const id = typeof given === 'string' && given !== '' ? given : sha256(text)
    return { kind: 'event', type: String(data.EventType ?? data.eventType ?? ''), id, data: text }
  }
  const data = objectIn(Buffer.from(request.body).toString('utf8'))
  const kind = claims.push === 'card' ? 'card' : 'robot'
  return { kind, moment: request.headers['x-ddpaas-signature-timestamp'] ?? '', data }
}

function pushOfFrame(body: Uint8Array): Push {
  const frame = readFrame(body)
  if (!frame) throw new Error('the frame was cut off or is none')
  if (frame.type === 'EVENT') {
    const { eventType = '', eventId } = frame.headers
    return { kind: 'event', type: eventType, id: eventId ?? frame.messageId, data: frame.data }
  }
  const kind = { [robotTopic]: 'robot', [cardTopic]: 'card' }[frame.topic] as 'robot' | 'card' | undefined
  if (!kind) throw new Error(`the topic ${frame.topic} was not subscribed`)
  return { kind, moment: frame.messageId, data: objectIn(frame.data) }
}

function objectIn(text: string): Record<string, unknown> {
  const data = jsonObject(text)
  if (!data) throw new Error('the push is no JSON object')
  return data
}

/** Events by which DingTalk tries the callback address: they are answered and mean nothing. */
const isCheck = (type: string) => /^check_(?:url|(?:create|update)_suite_url)$/i.test(type)

function robotEnvelope(data: Record<string, unknown>): Envelope {
  const read = robotMessage.safeParse(data)
  if (!read.success) throw new Error('the message has no msgId')
  const message = read.data
  const externalId = message.senderStaffId || message.senderId
  if (!externalId) throw new Error('the message has no sender')
  const dedupeKey = `msg:${message.msgId}`
  const identity = identityOf(message, externalId)
  const converted = convert(message)
  const pressed = converted.kind === 'text' ? pressedByText(converted.text) : null
  if (pressed) {
    const action = { name: 'card.press', args: { ...pressed } }
    return { kind: 'action', dedupeKey, senderKey: externalId, identity, action }
  }
  return {
    kind: 'message',
    dedupeKey,
    senderKey: externalId,
    threadKey: isGroup(message) ? JSON.stringify([message.conversationId, externalId]) : externalId,
    identity,
    message: {
      providerMessageId: message.msgId,
      sentAtMs: message.createAt,
      ...converted,
      ...(message.chatbotUserId && message.chatbotUserId === message.senderId ? { automatic: 'loop' } : {}),
      replyTo: threadOf(message),
    },
  }
}

const isGroup = (message: RobotMessage) => message.conversationType === '2' && message.conversationId !== ''

function identityOf(message: RobotMessage, externalId: string): SenderIdentity {
  return {
    externalId,
    ...(message.senderNick ? { displayName: message.senderNick } : {}),
    ...(message.senderUnionId ? { strongIds: { unionId: message.senderUnionId } } : {}),
  }
}

/** What an answer needs to know of where it goes. */
function threadOf(message: RobotMessage): JsonObject {
  return {
    chat: isGroup(message) ? 'group' : 'person',
    ...(isGroup(message) ? { conversationId: message.conversationId, nick: message.senderNick ?? '' } : {}),
    ...(message.robotCode ? { robotCode: message.robotCode } : {}),
  }
}

/** An event of the organisation: stored and shown, opens nothing, is never answered. */
function eventEnvelope({ type, id, data }: Extract<Push, { kind: 'event' }>): MessageEnvelope {
  return {
    kind: 'message',
    dedupeKey: `event:${id || sha256(data)}`,
    senderKey: 'events',
    threadKey: 'events',
    identity: { externalId: 'dingtalk-events', displayName: '钉钉事件 DingTalk events' },
    message: {
      kind: 'event',
      providerMessageId: id,
      sentAtMs: null,
      text: `${type}\n${data}`.trim().slice(0, 4000),
      attachments: [],
      automatic: 'bulk',
    },
  }
}
