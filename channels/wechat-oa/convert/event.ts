import type {
  Envelope,
  InboundMessage,
  MessageEnvelope,
  ReceiptEnvelope,
} from '../../../src/contract/message.ts'
import { childOf, textOf, type XmlObject } from '../../_kit/wechat-xml.ts'
import { limits } from '../limits.ts'
import { momentOf } from './moment.ts'

/**
 * Events that say nothing about a conversation: opened pages, positions sent every few seconds, and what the same message follows
 * (a picture or place chosen in the menu arrives again as a message).
 */
const silent = new Set([
  'view',
  'view_miniprogram',
  'location',
  'location_select',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'masssendjobfinish',
  'publishjobfinish',
  'kf_create_session',
  'kf_close_session',
  'kf_switch_session',
  'subscribe_msg_popup_event',
  'subscribe_msg_change_event',
  'subscribe_msg_sent_event',
])

/** An event of a follower as envelopes: none, a receipt, or a message that says what happened. */
export function eventOf(xml: XmlObject, from: string): Envelope[] {
  const event = textOf(xml, 'Event').toLowerCase()
  const key = textOf(xml, 'EventKey')
  if (event === 'templatesendjobfinish') return [templateReceipt(xml, from)]
  if (event === '' || silent.has(event)) return []
  const dedupeKey = ['event', from, textOf(xml, 'CreateTime'), event, key].join(':')
  const envelope: MessageEnvelope = {
    kind: 'message',
    dedupeKey,
    senderKey: from,
    threadKey: from,
    identity: { externalId: from },
    message: {
      kind: 'event',
      providerMessageId: dedupeKey,
      sentAtMs: momentOf(xml),
      text: '',
      attachments: [],
      ...contentOf(xml, event, key),
    },
  }
  return [envelope]
}

function contentOf(xml: XmlObject, event: string, key: string): Partial<InboundMessage> {
  switch (event) {
    case 'subscribe':
      return subscribed(key)
    case 'scan':
      return scanned('扫描了二维码', key)
    case 'scancode_push':
    case 'scancode_waitmsg':
      return scanned('扫描了二维码', scanResult(xml))
    case 'click':
      return { fullText: `点击菜单：${key}`, replyWindow: limits.eventWindow }
    case 'unsubscribe':
      return { fullText: '取消关注', automatic: 'auto-reply', replyWindow: null }
    default:
      // Kept, but it asks for nothing.
      return { unsupported: `event:${event}`, automatic: 'auto-reply', replyWindow: null }
  }
}

/** A new follower, who may have come by a code with a scene; one who only followed has not asked for anything yet. */
function subscribed(key: string): Partial<InboundMessage> {
  const scene = key.startsWith('qrscene_') ? key.slice('qrscene_'.length) : ''
  if (scene !== '') return scanned('关注了公众号', scene)
  return { fullText: '关注了公众号', automatic: 'auto-reply', replyWindow: limits.eventWindow }
}

/** The words are the hub's, so they stand where nobody looks for what the customer says. */
function scanned(what: string, scene: string): Partial<InboundMessage> {
  const token = linkToken(scene)
  return {
    fullText: token ? `${what}（设备码）` : `${what}：${scene}`,
    replyWindow: limits.eventWindow,
    ...(token ? { recordLink: token } : {}),
  }
}

function scanResult(xml: XmlObject): string {
  const info = childOf(xml, 'ScanCodeInfo')
  return info ? textOf(info, 'ScanResult') : ''
}

/** The token of a printed code: the scene itself, or the end of the address that a sticker holds. */
function linkToken(scene: string): string | undefined {
  return /^(?:https?:\/\/\S{1,300}\/c\/r\/)?([A-Za-z0-9_-]{63})$/.exec(scene)?.[1]
}

/** Whether a template message arrived (Template Message Operation, event TEMPLATESENDJOBFINISH). */
function templateReceipt(xml: XmlObject, from: string): ReceiptEnvelope {
  const id = textOf(xml, 'MsgID') || textOf(xml, 'MsgId')
  const status = textOf(xml, 'Status')
  return {
    kind: 'receipt',
    dedupeKey: `template:${id}:${status}`,
    senderKey: from,
    providerMessageId: id,
    status: status === 'success' ? 'delivered' : 'failed',
    ...(status === '' || status === 'success' ? {} : { detail: status }),
  }
}
