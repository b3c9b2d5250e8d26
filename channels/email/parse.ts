import type { Verified } from '../../src/contract/channel.ts'
import type {
  Envelope,
  InboundMessage,
  MessageEnvelope,
  ReceiptEnvelope,
} from '../../src/contract/message.ts'
import { unauthenticatedPrefix } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { isForged } from './authentication.ts'
import { automaticOf } from './automatic.ts'
import { type EmailConfig, isOwnAddress, threadKeyOf } from './config.ts'
import { type Mail, readMail } from './mail.ts'
import type { MailAddress } from './mime/addresses.ts'
import { headerOf } from './mime/fields.ts'
import { threadRefs } from './thread/references.ts'
import { outgoingOf } from './thread/token.ts'

/** The address that stands for a sender who names none; nobody can be answered there (RFC 2606). */
const unknownSender = 'unknown@invalid'

/**
 * The envelopes of one mail, from its RFC 822 bytes in `request.body`: a message, and before it a receipt when the mail
 * is a report on one of our own (recognised by the signature in its Message-ID). Pure and total.
 *
 * The dedupe key follows from Message-ID, sender, date and subject, not from the UID, so that the same mail is found
 * again after UIDVALIDITY changed, in a second mailbox and after a move.
 */
export function parse(verified: Verified, config: EmailConfig): Envelope[] {
  const raw = verified.request.body
  const mail = readMail(raw)
  const key = dedupeKeyOf(mail, verified)
  const message = messageEnvelope(mail, key, verified, config)
  const receipt = receiptEnvelope(mail, key, config)
  return receipt ? [receipt, message] : [message]
}

function dedupeKeyOf(mail: Mail, { request, claims }: Verified): string {
  const date = headerOf(mail.fields, 'date')
  const parts = [mail.messageId ?? '', mail.from.address, date, mail.subject]
  // Without its id or its date only the whole mail tells itself from others; an unfetched one, only its place.
  if (!mail.messageId || !date) parts.push(sha256(request.body))
  if (request.body.length === 0) parts.push(JSON.stringify([claims.mailbox, claims.uidValidity, claims.uid]))
  return `mail:${sha256(parts.join('\0')).slice(0, 40)}`
}

/**
 * Whoever is answered is whoever wrote: the first address of Reply-To, else From. Otherwise anybody could write in a customer's name
 * and have what the hub answers sent to themselves; and behind a web form stands the customer, not the server that mails it. Our
 * own addresses are passed over, for we do not answer ourselves.
 */
function authorOf(mail: Mail, config: EmailConfig): MailAddress {
  const asked = mail.replyTo.find(({ address }) => address !== '' && !isOwnAddress(address, config))
  return asked && asked.address !== mail.from.address ? asked : mail.from
}

function messageEnvelope(mail: Mail, key: string, verified: Verified, config: EmailConfig): MessageEnvelope {
  const author = authorOf(mail, config)
  const address = author.address || unknownSender
  const forged = isForged(mail.fields)
  const sender = forged ? `${unauthenticatedPrefix}${address}` : address
  const providerMessageId = mail.messageId ?? `<${key.slice(5)}@yitong.invalid>`
  const recipients = [...mail.to, ...mail.cc].map((entry) => entry.address)
  const extra = ['delivered-to', 'x-original-to', 'envelope-to'].map((name) => headerOf(mail.fields, name))
  const refs = threadRefs({ ...mail, recipients: [...recipients, ...extra] }, threadKeyOf(config))
  const everybody = [address, mail.from.address, ...mail.replyTo.map((entry) => entry.address), ...recipients]
  return {
    kind: 'message',
    dedupeKey: key,
    senderKey: sender,
    // The sender belongs to the key: a stranger who repeats a Message-ID opens a conversation of his own.
    threadKey: `${providerMessageId} ${sender}`,
    threadRefs: refs,
    // Nothing that a forged mail says of its sender is believed, and nobody else gets into its thread.
    identity: forged
      ? { externalId: sender }
      : {
          externalId: sender,
          ...(author.name ? { displayName: author.name } : {}),
          ...(author.address ? { strongIds: { email: sender } } : {}),
        },
    participants: forged ? [sender] : [...new Set(everybody.filter((each) => each !== ''))],
    message: inboundMessage(mail, author, providerMessageId, verified, config),
  }
}

function inboundMessage(
  mail: Mail,
  author: MailAddress,
  providerMessageId: string,
  verified: Verified,
  config: EmailConfig,
): InboundMessage {
  const { body, written } = mail
  const automatic = automaticOf(mail, config)
  const oversize = verified.claims.oversize === true
  return {
    kind: 'email',
    providerMessageId,
    sentAtMs: mail.sentAtMs,
    text: written.reply,
    ...(body.text !== written.reply ? { fullText: body.text } : {}),
    ...(written.signature ? { signature: written.signature } : {}),
    ...(mail.subject ? { subject: mail.subject } : {}),
    ...(body.html ? { html: body.html } : {}),
    attachments: body.files.map((file) => ({
      name: file.name,
      contentType: file.contentType,
      ...(file.inline ? { inline: true } : {}),
      ...(file.contentId ? { contentId: file.contentId } : {}),
      source: { kind: 'bytes' as const, content: file.content },
    })),
    ...(automatic ? { automatic } : {}),
    ...(oversize ? { unsupported: unfetched(verified) } : {}),
    replyTo: {
      messageId: providerMessageId,
      references: [...mail.references, ...mail.inReplyTo.filter((id) => !mail.references.includes(id))],
      subject: mail.subject,
      to: [author, ...mail.replyTo.filter(({ address }) => address !== author.address)].map(asJson),
      cc: [...mail.to, ...mail.cc].map(asJson),
    },
  }
}

/** Says of a mail that was not fetched as a whole how much of it there is. */
function unfetched({ request, claims }: Verified): string {
  const rest = request.body.length > 0 ? 'only its headers were fetched' : 'the server did not give it'
  return `a mail of ${claims.size} bytes; ${rest}`
}

function asJson({ name, address }: MailAddress) {
  return { name, address }
}

function receiptEnvelope(mail: Mail, key: string, config: EmailConfig): ReceiptEnvelope | null {
  const { report } = mail
  if (!report?.originalMessageId || report.kind === 'delayed') return null
  // Anybody can send a report; only one that names a mail of ours by its signed id is believed.
  if (!outgoingOf(report.originalMessageId, threadKeyOf(config))) return null
  const words = [report.recipient, report.status, report.diagnostic].filter((part) => part !== null)
  return {
    kind: 'receipt',
    dedupeKey: `${key}:receipt`,
    senderKey: mail.from.address || unknownSender,
    providerMessageId: report.originalMessageId,
    status: report.kind,
    ...(words.length > 0 ? { detail: words.join(' ') } : {}),
  }
}
