import { cleanAddress } from './mime/addresses.ts'
import type { MailBody } from './mime/body.ts'
import { decodeText } from './mime/charset.ts'
import { type HeaderField, headerOf } from './mime/fields.ts'
import { type MimePart, readTree } from './mime/tree.ts'
import { oneLine } from './mime/words.ts'
import { messageIds } from './thread/references.ts'

/** What a mail server says about a mail that was sent before. */
export interface DeliveryReport {
  readonly kind: 'failed' | 'delayed' | 'delivered' | 'read'
  /** The address that it could not be delivered to, lower case; null when the report does not say. */
  readonly recipient: string | null
  /** Enhanced status code (RFC 3463), e.g. 5.1.1; null when the report does not say. */
  readonly status: string | null
  /** The server's own words. */
  readonly diagnostic: string | null
  /** Message-ID of the mail that the report is about. */
  readonly originalMessageId: string | null
}

const daemons =
  /^(?:mailer-daemon|postmaster|mdaemon|mail-daemon|mailerdaemon|maildaemon)(?:[.+_-][^@]*)?@|^(?:mailer-daemon|postmaster)$/i
const failureSubjects =
  /undeliver|not delivered|delivery (?:status|failure|has failed|incomplete)|failure notice|returned mail|returned to sender|mail delivery (?:failed|failure|system)|could not be delivered|系统退信|退信|邮件投递失败|投递失败|未送达|无法送达|发送失败通知|unzustellbar/i

/**
 * Reads a delivery status notification (RFC 3464), a read receipt (RFC 8098), or the free words of servers that send
 * neither (qmail, QQ, 163, older Exim). Null when the mail is not such a report.
 */
export function readReport(
  fields: readonly HeaderField[],
  from: string,
  subject: string,
  body: MailBody,
): DeliveryReport | null {
  const isReport = /^\s*multipart\/report/i.test(headerOf(fields, 'content-type'))
  const status = body.reports.find(
    (part) => part.type.endsWith('/delivery-status') || part.type.endsWith('/global-delivery-status'),
  )
  const disposition = body.reports.find((part) => part.type.endsWith('/disposition-notification'))
  const original = originalId(body.reports)
  if (status) return fromStatus(status, original)
  if (isReport && disposition) return fromDisposition(disposition, original)
  const failed = cleanAddress(headerOf(fields, 'x-failed-recipients').split(',')[0] ?? '')
  const isDaemon = daemons.test(from) || /^\s*<>\s*$/.test(headerOf(fields, 'return-path'))
  if (failed === '' && !(isDaemon && failureSubjects.test(subject))) return null
  return fromWords(body.text, failed, original)
}

type Group = ReadonlyMap<string, string>

function fromStatus(part: MimePart, original: string | null): DeliveryReport {
  const groups = fieldGroups(decodeText(part.content, 'utf-8'))
  const perRecipient = groups.filter(
    (group) => group.has('final-recipient') || group.has('original-recipient') || group.has('action'),
  )
  const worst =
    perRecipient.find((group) => /^fail/i.test(group.get('action') ?? '')) ?? perRecipient[0] ?? groups[0]
  const value = (name: string) => worst?.get(name) ?? ''
  const recipient = typed(value('final-recipient')) || typed(value('original-recipient'))
  const action = value('action').toLowerCase()
  const kind = /^(?:delivered|relayed|expanded)/.test(action)
    ? 'delivered'
    : action.startsWith('delayed')
      ? 'delayed'
      : 'failed'
  return {
    kind,
    recipient: cleanAddress(recipient) || null,
    status: enhancedStatus(value('status')) ?? enhancedStatus(value('diagnostic-code')),
    diagnostic: oneLine(typed(value('diagnostic-code'))).slice(0, 2000) || null,
    originalMessageId: original ?? messageIds(groups[0]?.get('x-original-message-id') ?? '')[0] ?? null,
  }
}

function fromDisposition(part: MimePart, original: string | null): DeliveryReport | null {
  const [group] = fieldGroups(decodeText(part.content, 'utf-8'))
  if (!group || !/displayed|manual-action|automatic-action/i.test(group.get('disposition') ?? '')) return null
  if (!/displayed/i.test(group.get('disposition') ?? '')) return null
  return {
    kind: 'read',
    recipient: cleanAddress(typed(group.get('final-recipient') ?? '')) || null,
    status: null,
    diagnostic: null,
    originalMessageId: messageIds(group.get('original-message-id') ?? '')[0] ?? original,
  }
}

function fromWords(text: string, failed: string, original: string | null): DeliveryReport {
  const words = text.slice(0, 20_000)
  const line =
    words.split('\n').find((entry) => /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(entry)) ?? ''
  const inWords = /<?([^\s<>()[\]:;,"'()<>]{1,100}@[^\s<>()[\]:;,"'()<>]{1,150})>?/.exec(words)?.[1] ?? ''
  const quoted = messageIds(/^message-id:\s{0,3}(<[^<>\s]{1,300}>)/im.exec(text)?.[1] ?? '')[0]
  return {
    kind: 'failed',
    recipient: failed || cleanAddress(inWords) || null,
    status: enhancedStatus(line) ?? enhancedStatus(words),
    diagnostic: oneLine(line).slice(0, 2000) || null,
    originalMessageId: original ?? quoted ?? null,
  }
}

/** `rfc822; somebody@example.com` without its type. */
function typed(value: string): string {
  const semicolon = value.indexOf(';')
  return (semicolon >= 0 && semicolon < 20 ? value.slice(semicolon + 1) : value).trim()
}

function enhancedStatus(text: string): string | null {
  return /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? null
}

function originalId(reports: readonly MimePart[]): string | null {
  const original = reports.find(
    (part) =>
      part.type === 'message/rfc822' ||
      part.type === 'text/rfc822-headers' ||
      part.type === 'message/rfc822-headers',
  )
  if (!original) return null
  const fields = readTree(original.content.subarray(0, 200_000)).root.fields
  return messageIds(headerOf(fields, 'message-id'))[0] ?? null
}

/** Blocks of fields separated by empty lines (RFC 3464 section 2.1); the first of two equal names counts. */
function fieldGroups(text: string): Group[] {
  return text
    .slice(0, 100_000)
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .slice(0, 200)
    .map((block) => {
      const group = new Map<string, string>()
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':')
        const name = line.slice(0, colon).trim().toLowerCase()
        if (colon > 0 && !group.has(name)) group.set(name, line.slice(colon + 1).trim())
      }
      return group
    })
    .filter((group) => group.size > 0)
}
