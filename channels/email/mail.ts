import { limits } from './limits.ts'
import { cleanAddress, type MailAddress, readAddresses } from './mime/addresses.ts'
import { type MailBody, readBody } from './mime/body.ts'
import { readDate } from './mime/dates.ts'
import { type HeaderField, headerOf, headersOf } from './mime/fields.ts'
import { readTree } from './mime/tree.ts'
import { decodeWords } from './mime/words.ts'
import { type DeliveryReport, readReport } from './report.ts'
import { type Reply, stripReply } from './text/reply.ts'
import { messageIds } from './thread/references.ts'

/** One mail, read. The evaluation and the channel both start from it. */
export interface Mail {
  readonly fields: readonly HeaderField[]
  /** Who wrote it: From, else Sender, else Return-Path; an empty address when nobody says. */
  readonly from: MailAddress
  readonly replyTo: readonly MailAddress[]
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly subject: string
  /** With its brackets; null when the mail has none. */
  readonly messageId: string | null
  readonly inReplyTo: readonly string[]
  readonly references: readonly string[]
  readonly sentAtMs: number | null
  readonly body: MailBody
  readonly written: Reply
  /** What a report says about a mail that was sent before; null when this is no report. */
  readonly report: DeliveryReport | null
  readonly damage: readonly string[]
}

const replySubject = /^\s*(?:re|回复|答复|回覆|aw|antw|sv|rif)\s*(?:\[\d{1,3}\])?\s*[:：]/i

/** Reads RFC 822 bytes. Pure and total: any bytes give a mail, and `damage` says what could not be read. */
export function readMail(raw: Uint8Array): Mail {
  const { root, damage } = readTree(raw)
  const { fields } = root
  const body = readBody(root)
  const from = authorOf(fields)
  const subject = [...decodeWords(headerOf(fields, 'subject'))].slice(0, limits.subject).join('')
  const inReplyTo = messageIds(headerOf(fields, 'in-reply-to')).slice(0, 10)
  const references = withinLimit(messageIds(headersOf(fields, 'references').join(' ')))
  const isReply = inReplyTo.length > 0 || references.length > 0 || replySubject.test(subject)
  return {
    fields,
    from,
    replyTo: addressesOf(fields, 'reply-to'),
    to: addressesOf(fields, 'to'),
    cc: addressesOf(fields, 'cc'),
    subject,
    messageId: messageIds(headerOf(fields, 'message-id'))[0] ?? null,
    inReplyTo,
    references,
    sentAtMs: readDate(headerOf(fields, 'date')),
    body,
    written: stripReply(body.text, { ...from, subject, isReply }),
    report: readReport(fields, from.address, subject, body),
    damage: [...damage, ...body.damage],
  }
}

/** The root and the nearest ones. */
function withinLimit(ids: readonly string[]): readonly string[] {
  return ids.length <= limits.references ? ids : [ids[0]!, ...ids.slice(1 - limits.references)]
}

function addressesOf(fields: readonly HeaderField[], name: string): MailAddress[] {
  return headersOf(fields, name).flatMap(readAddresses).slice(0, limits.addresses)
}

function authorOf(fields: readonly HeaderField[]): MailAddress {
  const named = addressesOf(fields, 'from').concat(addressesOf(fields, 'sender'))
  const author = named.find((entry) => entry.address !== '')
  if (author) return author
  const address = cleanAddress(headerOf(fields, 'return-path'))
  return { name: named[0]?.name ?? '', address, sent: address }
}
