import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope, InboundMessage, SenderIdentity } from '../../src/contract/message.ts'
import { readXml, textOf } from '../_kit/wechat-xml.ts'
import { isWanted, type WecomKfConfig } from './config.ts'
import { eventMessage, sendFailure } from './convert/event.ts'
import { messageOf } from './convert/message.ts'
import { pressOf } from './menu-id.ts'
import { type Customer, partOf, pollMethod, pulledMethod, type Row, readPulled, wordOf } from './pulled.ts'

/** Of `origin`: who wrote a row. */
const servicer = 5

/**
 * A callback is a hint that something waits; a fetched row is a message, a receipt, a press of a card's button, or nothing. Pure.
 * Throws on what nobody can read.
 */
export function parse(verified: Verified, config: WecomKfConfig): Envelope[] {
  const { method } = verified.request
  if (method === pulledMethod) return rowEnvelopes(verified)
  if (method === pollMethod) return pollHint(verified)
  return callbackHint(verified, config)
}

function callbackHint({ claims }: Verified, config: WecomKfConfig): Envelope[] {
  const xml = readXml(String(claims.message))
  if (textOf(xml, 'Event') !== 'kf_msg_or_event') return []
  const openKfId = textOf(xml, 'OpenKfId')
  if (openKfId === '') throw new Error('the callback does not say which account it is about')
  if (!isWanted(openKfId, config)) return []
  const [token, seconds] = [textOf(xml, 'Token'), textOf(xml, 'CreateTime')]
  const atMs = /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : 0
  return [hint(openKfId, `hint:${openKfId}:${seconds}:${token}`, { token, atMs })]
}

/** The channel's own look, made when nothing was announced for a while. */
function pollHint({ request }: Verified): Envelope[] {
  const openKfId = String(request.query.open_kfid)
  return [hint(openKfId, `poll:${openKfId}:${request.receivedAtMs}`, {})]
}

function hint(openKfId: string, dedupeKey: string, extra: { token?: string; atMs?: number }): Envelope {
  const pull = { openKfId, ...extra }
  return { kind: 'pull-hint', dedupeKey, senderKey: openKfId, pullKey: openKfId, pull }
}

function rowEnvelopes(verified: Verified): Envelope[] {
  const { row, openKfId, customer } = readPulled(verified)
  const dedupeKey = `msg:${row.msgid}`
  const who = row.external_userid || wordOf(partOf(row, 'event'), 'external_userid')
  const senderKey = `${openKfId}:${who}`
  const failed = sendFailure(row, dedupeKey, senderKey)
  if (failed) return [failed]
  // Changes of servicers are nobody's conversation.
  if (who === '') return []
  const press = pressed(row)
  if (press) {
    const action = { name: 'card.press', args: { ...press } }
    return [{ kind: 'action', dedupeKey, senderKey, identity: identityOf(who, customer), action }]
  }
  const content = row.msgtype === 'event' ? eventMessage(row) : said(row)
  if (!content) return []
  const message: InboundMessage = {
    providerMessageId: row.msgid,
    sentAtMs: row.send_time === null ? null : row.send_time * 1000,
    text: '',
    attachments: [],
    replyTo: { openKfId },
    ...content,
  }
  const identity = identityOf(who, customer)
  return [{ kind: 'message', dedupeKey, senderKey, threadKey: senderKey, identity, message }]
}

function pressed(row: Row) {
  return row.msgtype === 'text' ? pressOf(wordOf(partOf(row, 'text'), 'menu_id')) : null
}

/** What a customer says; what a person answered in WeCom is shown, but is not the customer's word. */
function said(row: Row) {
  const content = messageOf(row)
  if (row.origin !== servicer) return content
  const who = `[接待人员${row.servicer_userid ? ` ${row.servicer_userid}` : ''}]`
  const text = content.text ? `${who} ${content.text}` : who
  return { ...content, text, automatic: 'loop' as const, replyWindow: null }
}

function identityOf(externalId: string, { nickname, unionId }: Customer): SenderIdentity {
  return {
    externalId,
    ...(nickname ? { displayName: nickname } : {}),
    ...(unionId ? { strongIds: { unionId } } : {}),
  }
}
