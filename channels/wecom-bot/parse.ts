import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope } from '../../src/contract/message.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardPress, stateKey } from '../_kit/wecom-card.ts'
import { type Content, contentOf } from './convert/message.ts'
import { type BotBody, frameSchema, listIn, objectIn, stringIn } from './frame.ts'

/** Events that say nothing to a support desk (document 101027). */
const silent = new Set(['enter_chat', 'feedback_event', 'disconnected_event'])

/**
 * One envelope for a message or a tap; none for events that say nothing to us. In a group every member has a conversation of his own. Pure.
 * Throws when the frame is none of the vendor's.
 */
export function parse(verified: Verified): Envelope[] {
  const frame = frameSchema.parse(JSON.parse(Buffer.from(verified.request.body).toString('utf8')))
  const { body } = frame
  if (frame.cmd !== 'aibot_event_callback' && body.msgtype !== 'event') {
    return [messageOf(body, `msg:${body.msgid}`, contentOf(body as JsonObject, body.msgtype))]
  }
  const type = body.event?.eventtype ?? ''
  if (type === 'template_card_event') return pressOf(body)
  if (silent.has(type)) return []
  const content: Content = { kind: 'unsupported', text: '', unsupported: `event:${type}`, automatic: 'bulk' }
  return [messageOf(body, `event:${body.msgid}`, content)]
}

/** The facts of a tap; the vendor nests them, older deployments do not. */
export function tapIn(body: BotBody): JsonObject {
  const nested = objectIn(body.event, 'template_card_event')
  return Object.keys(nested).length > 0 ? nested : ((body.event ?? {}) as unknown as JsonObject)
}

function pressOf(body: BotBody): Envelope[] {
  const tap = tapIn(body)
  const key = stringIn(tap, 'event_key')
  if (key === stateKey) return []
  const { userid } = body.from
  return [
    {
      kind: 'action',
      dedupeKey: `event:${body.msgid}`,
      senderKey: userid,
      identity: { externalId: userid },
      action: cardPress({ taskId: stringIn(tap, 'task_id'), key, handle: null, values: valuesIn(tap) }),
    },
  ]
}

function valuesIn(tap: JsonObject): JsonObject {
  const items = listIn(objectIn(tap, 'selected_items'), 'selected_item').map((item): [string, string[]] => {
    const ids = objectIn(item, 'option_ids').option_id
    const list = Array.isArray(ids) ? ids : [ids]
    return [stringIn(item, 'question_key'), list.filter((one) => typeof one === 'string')]
  })
  return Object.fromEntries(items.filter(([question]) => question !== ''))
}

function messageOf(body: BotBody, dedupeKey: string, content: Content): Envelope {
  const { userid } = body.from
  const group = body.chattype === 'group' ? body.chatid : undefined
  const seconds = body.create_time
  return {
    kind: 'message',
    dedupeKey,
    senderKey: userid,
    threadKey: group ? JSON.stringify([group, userid]) : userid,
    identity: { externalId: userid },
    message: {
      providerMessageId: body.msgid,
      sentAtMs: seconds && seconds > 0 && Number.isSafeInteger(seconds) ? seconds * 1000 : null,
      attachments: [],
      ...(group ? { replyTo: { chatid: group } } : {}),
      ...content,
    },
  }
}
