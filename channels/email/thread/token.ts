import { createHmac, timingSafeEqual } from 'node:crypto'

/** Without letters and digits that people mix up when they read a tag aloud. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** The first characters of an HMAC over a purpose and a value; 8 of them carry 39 bits. */
function sign(key: string, purpose: string, value: string, length: number): string {
  const digest = createHmac('sha256', key).update(`${purpose}\0${value}`).digest()
  let out = ''
  for (let at = 0; at < length; at++) out += alphabet[digest[at]! % alphabet.length]
  return out
}

function verified(key: string, purpose: string, value: string, given: string): boolean {
  const expected = Buffer.from(sign(key, purpose, value, given.length))
  const actual = Buffer.from(given.toLowerCase())
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const tagLength = 8
const idLength = 16

/** `[T1000427-k7f3q2mx]`: the visible reference and its signature, as it stands in a subject. */
export function subjectTag(reference: string, key: string): string {
  return `[${reference}-${sign(key, 'tag', reference, tagLength)}]`
}

/** `T1000427.k7f3q2mx` for the part of an address after the plus. */
export function addressTag(reference: string, key: string): string {
  return `${reference}.${sign(key, 'tag', reference, tagLength)}`
}

const tag = /\[([A-Za-z0-9][A-Za-z0-9_-]{0,39})-([a-z0-9]{8})\]/gi
const plusTag = /\+([A-Za-z0-9][A-Za-z0-9_-]{0,39})\.([a-z0-9]{8})@/gi

/** The references in a text (subject, addresses) whose signature holds, each once. */
export function verifiedReferences(text: string, key: string): string[] {
  const found = new Set<string>()
  for (const pattern of [tag, plusTag]) {
    for (const [, reference = '', given = ''] of text.slice(0, 20_000).matchAll(pattern)) {
      for (const candidate of [reference, reference.toUpperCase()]) {
        if (verified(key, 'tag', candidate, given)) found.add(candidate)
      }
    }
  }
  return [...found]
}

/**
 * The Message-ID of what the hub sends: the same for every try of one outgoing message, and recognisable as ours
 * without looking anything up. A long message goes out in several parts, numbered from 1.
 */
export function ownMessageId(messageId: string, part: number, address: string, key: string): string {
  const id = messageId
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 64)
  const local = part > 1 ? `${id}_${part}` : id
  return `<yt-${local}.${sign(key, 'id', local, idLength)}@${address.slice(address.lastIndexOf('@') + 1)}>`
}

/** The outgoing message that a Message-ID of ours names; null when it is not ours. */
export function outgoingOf(id: string, key: string): string | null {
  const found = /^<?yt-([a-z0-9-]{1,64}(?:_\d{1,4})?)\.([a-z0-9]{16})@/i.exec(id)
  const local = found?.[1]?.toLowerCase()
  return local && verified(key, 'id', local, found![2]!) ? local.replace(/_\d+$/, '') : null
}
