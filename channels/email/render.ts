import { z } from 'zod'
import type { Outbound, ProviderCall } from '../../src/contract/channel.ts'
import { unauthenticatedPrefix } from '../../src/contract/message.ts'
import { cardText } from '../_kit/card-text.ts'
import { choicesText } from '../_kit/choices.ts'
import { splitText } from '../_kit/split-text.ts'
import { type EmailConfig, isOwnAddress, threadKeyOf } from './config.ts'
import { limits } from './limits.ts'
import { cleanAddress } from './mime/addresses.ts'
import { oneLine } from './mime/words.ts'
import { addressTag, ownMessageId, subjectTag } from './thread/token.ts'

const address = z.object({ name: z.string().default(''), address: z.string() })

/** What `parse` left in `replyTo` of the message that is answered; everything may be missing. */
const threadSchema = z.object({
  messageId: z.string().optional().catch(undefined),
  references: z.array(z.string()).catch([]),
  subject: z.string().catch(''),
  to: z.array(address).catch([]),
  cc: z.array(address).catch([]),
})

/** The body of the one call that a mail is. JSON; `deliver` reads it back. */
export const mailCall = z.object({
  from: address,
  to: z.array(address),
  cc: z.array(address),
  replyTo: z.string().nullable(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  messageId: z.string(),
  inReplyTo: z.string().nullable(),
  references: z.array(z.string()),
  autoSubmitted: z.enum(['auto-replied', 'auto-generated']).nullable(),
  attachments: z.array(z.object({ name: z.string(), contentType: z.string(), hash: z.string() })),
})
export type MailCall = z.infer<typeof mailCall>

/** Longest text of one mail, code points: more goes into further mails of the thread. */
export const maxTextLength = 200_000

/**
 * One mail in the thread of the message that is answered (several for a text that is too long for one). A machine's answer
 * goes to the sender alone; a person's also to the others who were addressed. The Message-ID follows from the outgoing
 * message's id, so every try carries the same.
 */
export function render(out: Outbound, config: EmailConfig): ProviderCall[] {
  const thread = threadSchema.parse(out.thread)
  const key = threadKeyOf(config)
  const isAnswer = realId(thread.messageId) !== null
  const common = {
    from: { name: oneLine(config.name), address: config.address },
    ...recipients(out, thread, config),
    replyTo:
      config.plusAddressing && isSpoken(out.reference) ? plusAddress(out.reference, config, key) : null,
    subject: subjectOf(out, thread.subject, key),
    inReplyTo: realId(thread.messageId),
    references: referencesOf(thread),
    autoSubmitted: out.automatic ? (isAnswer ? 'auto-replied' : 'auto-generated') : null,
  } as const
  const whole = [out.text, out.card ? cardText(out.card, out.lang) : '', choicesText(out)]
    .filter(Boolean)
    .join('\n\n')
  const pieces = splitText(whole, maxTextLength)
  return pieces.map((text, n) => {
    const body: MailCall = {
      ...common,
      text,
      html: out.html && pieces.length === 1 ? out.html : htmlOf(text),
      messageId: ownMessageId(out.messageId, n + 1, config.address, key),
      attachments:
        n > 0
          ? []
          : (out.attachments ?? []).map(({ name, contentType, hash }) => ({ name, contentType, hash })),
    }
    return {
      name: 'mail',
      body,
      label: pieces.length > 1 ? `${body.subject} (${n + 1}/${pieces.length})` : body.subject,
    }
  })
}

type Thread = z.infer<typeof threadSchema>

function recipients(out: Outbound, thread: Thread, config: EmailConfig) {
  const receiver = { name: '', address: cleanAddress(out.to.replace(unauthenticatedPrefix, '')) }
  const named = [...thread.to, ...thread.cc].find((entry) => cleanAddress(entry.address) === receiver.address)
  const to = unique([named ?? receiver])
  if (out.automatic) return { to, cc: [] }
  const known = new Set(to.map((entry) => entry.address))
  const others = unique([...thread.to, ...thread.cc]).filter(
    (entry) => !known.has(entry.address) && !isOwnAddress(entry.address, config),
  )
  return { to, cc: others.slice(0, 50) }
}

function unique(entries: readonly { name: string; address: string }[]) {
  const found = new Map<string, { name: string; address: string }>()
  for (const entry of entries) {
    const plain = cleanAddress(entry.address)
    if (plain !== '' && !found.has(plain))
      found.set(plain, { name: oneLine(entry.name).slice(0, 100), address: plain })
  }
  return [...found.values()]
}

const answerPrefix = /^\s*(?:re|回复|答复|回覆|aw|antw|sv|rif)\s*(?:\[\d{1,3}\])?\s*[:\uff1a]\s*/i
const anyTag = /\s*\[[A-Za-z0-9][A-Za-z0-9_-]{0,39}-[a-z2-9]{8}\]/g

/** `Re: <subject> [T1000427-k7f3q2mx]`, each of them once. */
function subjectOf(out: Outbound, answered: string, key: string): string {
  let base = oneLine(answered).replace(anyTag, '')
  while (answerPrefix.test(base)) base = base.replace(answerPrefix, '')
  const fallback = out.lang === 'zh' ? '您的来信' : 'Your message'
  const subject = answered === '' && out.subject ? oneLine(out.subject) : `Re: ${base || fallback}`
  const short = [...subject].slice(0, limits.subject / 4).join('')
  return isSpoken(out.reference) ? `${short} ${subjectTag(out.reference, key)}` : short
}

/** A ticket number, and not the stand-in that messages carry before there is a ticket. */
function isSpoken(reference: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(reference)
}

function plusAddress(reference: string, config: EmailConfig, key: string): string {
  const at = config.address.lastIndexOf('@')
  return `${config.address.slice(0, at)}+${addressTag(reference, key)}${config.address.slice(at)}`
}

/** A Message-ID that other servers know; one that `parse` made up for a mail without any is not. */
function realId(id: string | undefined): string | null {
  if (!id || id.endsWith('@yitong.invalid>')) return null
  return /^<[^<>\s]{1,500}>$/.test(id) ? id : null
}

/** The root and the nearest ones, the answered message last (RFC 5322 section 3.6.4). */
function referencesOf(thread: Thread): string[] {
  const known = thread.references.filter((id) => realId(id) !== null)
  const shortened = known.length <= 20 ? known : [known[0]!, ...known.slice(-19)]
  const answered = realId(thread.messageId)
  return answered ? [...shortened.filter((id) => id !== answered), answered] : shortened
}

function htmlOf(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  const linked = escaped.replace(
    /https?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef]{1,1000}/g,
    '<a href="$&">$&</a>',
  )
  return `<div>${linked.replace(/\n/g, '<br>\n')}</div>`
}
