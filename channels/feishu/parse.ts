import type { Verified } from '../../src/contract/channel.ts'
import type {
  ActionEnvelope,
  Envelope,
  InboundMessage,
  MessageEnvelope,
  ReceiptEnvelope,
  SenderIdentity,
} from '../../src/contract/message.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'
import type { FeishuConfig } from './config.ts'
import { convert } from './convert/index.ts'
import { type FeishuEvent, readEvent } from './event.ts'
import { mentionsOf, withNames } from './mentions.ts'
import { listOf, millisOf, objectOf, readObject, textOf } from './shape.ts'

/**
 * The envelopes of a delivery: a message, a recall, read marks, a tap on one of our cards. Every other event gives none: Feishu
 * sends whatever was subscribed. Pure. Throws when the delivery is not an event.
 */
export function parse(verified: Verified, config: FeishuConfig): Envelope[] {
  const event = readEvent(verified)
  switch (event.type) {
    case 'im.message.receive_v1':
      return messageOf(event, config)
    case 'im.message.recalled_v1':
      return recallOf(event)
    case 'im.message.message_read_v1':
      return readMarksOf(event)
    case 'card.action.trigger':
      return pressOf(event)
    default:
      return []
  }
}

/** What an answer needs to know of the chat; kept with the conversation. */
export interface ChatThread {
  readonly chatId: string
  readonly chatType: string
  /** The message that an answer in a group is attached to. */
  readonly messageId: string
  /** Set when it was said in a topic (话题). */
  readonly threadId?: string
}

function messageOf({ id, body }: FeishuEvent, config: FeishuConfig): MessageEnvelope[] {
  const sender = objectOf(body.sender)
  // Apps, us among them, are no customers.
  if (sender.sender_type === 'app' || sender.sender_type === 'bot') return []
  const identity = identityOf(sender.sender_id)
  if (!identity) throw new Error('a message without a sender')
  const message = objectOf(body.message)
  const chatId = textOf(message.chat_id)
  const chatType = textOf(message.chat_type) || 'p2p'
  const messageId = textOf(message.message_id) || id
  const refs = [textOf(message.parent_id), textOf(message.root_id)].filter(Boolean)
  const threadId = textOf(message.thread_id)
  const thread: ChatThread = { chatId, chatType, messageId, ...(threadId ? { threadId } : {}) }
  return [
    {
      kind: 'message',
      // Not the event's id: a message is heard once, even if two events tell of it.
      dedupeKey: `message:${messageId}`,
      senderKey: identity.externalId,
      threadKey:
        chatType === 'p2p' ? identity.externalId : JSON.stringify([chatId || messageId, identity.externalId]),
      ...(refs.length > 0 ? { threadRefs: [...new Set(refs)] } : {}),
      identity,
      // The chat takes part too: a recall names the chat and the message, but nobody who did it.
      participants: [identity.externalId, ...(chatId ? [chatId] : [])],
      message: { ...contentOf(message, messageId, config), replyTo: { ...thread } },
    },
  ]
}

function contentOf(message: JsonObject, messageId: string, config: FeishuConfig): InboundMessage {
  const mentions = mentionsOf(message.mentions, config.botOpenId)
  const converted = convert(textOf(message.message_type), textOf(message.content), { messageId, mentions })
  const text = withNames(converted.text, mentions)
  const fullText = withNames(converted.text, mentions, true)
  return {
    kind: converted.kind,
    providerMessageId: messageId,
    sentAtMs: millisOf(message.create_time),
    text,
    ...(fullText !== text ? { fullText } : {}),
    attachments: converted.attachments ?? [],
    ...(converted.location ? { location: converted.location } : {}),
    ...(converted.automatic ? { automatic: converted.automatic } : {}),
    ...(converted.unsupported ? { unsupported: converted.unsupported } : {}),
  }
}

function identityOf(value: JsonValue | undefined): SenderIdentity | null {
  const id = objectOf(value)
  const [openId, unionId, userId] = [textOf(id.open_id), textOf(id.union_id), textOf(id.user_id)]
  const externalId = openId || unionId || userId
  if (!externalId) return null
  return { externalId, ...(unionId ? { strongIds: { unionId } } : {}) }
}

/** A note in the conversation of the message that was taken back; what it said was said. */
function recallOf({ id, body }: FeishuEvent): MessageEnvelope[] {
  const [messageId, chatId] = [textOf(body.message_id), textOf(body.chat_id)]
  if (!messageId || !chatId) return []
  const who = recallers[textOf(body.recall_type)] ?? '发送者'
  return [
    {
      kind: 'message',
      dedupeKey: `recall:${messageId}`,
      senderKey: chatId,
      threadKey: `recall:${chatId}`,
      threadRefs: [messageId],
      identity: { externalId: chatId, displayName: '飞书' },
      message: {
        kind: 'event',
        providerMessageId: id,
        sentAtMs: millisOf(body.recall_time),
        text: `${who}撤回了一条消息`,
        attachments: [],
        automatic: 'bulk',
        needsThread: true,
      },
    },
  ]
}

const recallers: Readonly<Record<string, string>> = {
  message_owner: '发送者',
  group_owner: '群主',
  group_manager: '群管理员',
  enterprise_manager: '企业管理员',
}

function readMarksOf({ id, body }: FeishuEvent): ReceiptEnvelope[] {
  const reader = identityOf(objectOf(body.reader).reader_id)?.externalId ?? ''
  return listOf(body.message_id_list).flatMap((one) => {
    const messageId = textOf(one)
    if (!messageId) return []
    return [
      {
        kind: 'receipt',
        dedupeKey: `${id}:${messageId}`,
        senderKey: reader || messageId,
        providerMessageId: messageId,
        status: 'read',
      },
    ]
  })
}

/** A tap on a card of ours. A tap on anything else (another app's card that was forwarded) is nothing to us. */
function pressOf({ id, body }: FeishuEvent): ActionEnvelope[] {
  const identity = identityOf(body.operator)
  const action = objectOf(body.action)
  const { cardId, key } = buttonValue(action.value)
  if (!identity || typeof cardId !== 'string' || typeof key !== 'string' || !cardId || !key) return []
  const messageId = textOf(objectOf(body.context).open_message_id)
  const values = objectOf(action.form_value)
  return [
    {
      kind: 'action',
      dedupeKey: id,
      senderKey: identity.externalId,
      identity,
      action: {
        name: 'card.press',
        args: {
          cardId,
          key,
          ...(messageId ? { handle: { messageId } } : {}),
          ...(Object.keys(values).length > 0 ? { values } : {}),
        },
      },
    },
  ]
}

/** The value that a button was given: an object, or the JSON text of one, or the JSON text of that text. */
export function buttonValue(value: JsonValue | undefined): JsonObject {
  if (typeof value !== 'string') return objectOf(value)
  const once = readObject(value)
  if (once) return once
  try {
    return readObject(textOf(JSON.parse(value) as JsonValue)) ?? {}
  } catch {
    return {}
  }
}
