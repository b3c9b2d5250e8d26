import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope, InboundMessage } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { readXml, textOf, type XmlObject } from '../_kit/wechat-xml.ts'
import { cardPress, stateKey } from '../_kit/wecom-card.ts'
import { eventMessage, isSilent } from './convert/event.ts'
import { contentOf } from './convert/message.ts'
import { selectedIn } from './convert/selected.ts'
import type { Claims } from './verify.ts'

const presses = new Set(['template_card_event', 'template_card_menu_event'])

/** Whether an event is a tap on a card: a button, a submitted choice, or the menu in its corner. */
function isPress(event: XmlObject): boolean {
  return textOf(event, 'MsgType') === 'event' && presses.has(textOf(event, 'Event'))
}

/** The event of a tap; null for everything else, also for what nobody can read. */
export function pressIn(xml: string): XmlObject | null {
  try {
    const root = readXml(xml)
    return isPress(root) ? root : null
  } catch {
    return null
  }
}

/**
 * One envelope for a message or a tap; none for events that say nothing to us (README.md lists them). Pure. Throws when the XML is none of
 * WeCom's.
 */
export function parse(verified: Verified): Envelope[] {
  const { xml } = verified.claims as unknown as Claims
  const root = readXml(xml)
  const type = textOf(root, 'MsgType')
  const from = textOf(root, 'FromUserName')
  if (type === '') throw new Error('a callback without MsgType')
  if (type === 'event') return from === '' ? [] : eventEnvelopes(root, from)
  if (from === '') throw new Error('a message without a sender')
  const id = textOf(root, 'MsgId')
  const dedupeKey = id === '' ? `msg:${from}:${sha256(xml).slice(0, 32)}` : `msg:${id}`
  return [envelopeOf(root, from, dedupeKey, { providerMessageId: id || dedupeKey, ...contentOf(root, type) })]
}

function eventEnvelopes(event: XmlObject, from: string): Envelope[] {
  const name = textOf(event, 'Event')
  if (isPress(event)) return pressOf(event, from)
  if (isSilent(name, from)) return []
  const dedupeKey = eventKeyOf(event, from)
  return [envelopeOf(event, from, dedupeKey, { providerMessageId: dedupeKey, ...eventMessage(event, name) })]
}

/** Events carry no id: sender, time and what they are about name them (document 90930). */
function eventKeyOf(event: XmlObject, from: string): string {
  const about = ['Event', 'EventKey', 'TaskId', 'CreateTime'].map((name) => textOf(event, name))
  return `event:${from}:${sha256(about.join('\0')).slice(0, 32)}`
}

function pressOf(event: XmlObject, from: string): Envelope[] {
  const key = textOf(event, 'EventKey')
  if (key === stateKey) return []
  const responseCode = textOf(event, 'ResponseCode')
  const taskId = textOf(event, 'TaskId')
  return [
    {
      kind: 'action',
      dedupeKey: eventKeyOf(event, from),
      senderKey: from,
      identity: { externalId: from },
      action: cardPress({
        taskId,
        key,
        handle: responseCode === '' ? null : { responseCode, taskId },
        values: selectedIn(event),
      }),
    },
  ]
}

function envelopeOf(
  root: XmlObject,
  from: string,
  dedupeKey: string,
  message: Omit<InboundMessage, 'sentAtMs' | 'attachments'> & Pick<Partial<InboundMessage>, 'attachments'>,
): Envelope {
  const seconds = Number(textOf(root, 'CreateTime'))
  return {
    kind: 'message',
    dedupeKey,
    senderKey: from,
    threadKey: from,
    identity: { externalId: from },
    message: {
      sentAtMs: Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : null,
      attachments: [],
      ...message,
    },
  }
}
