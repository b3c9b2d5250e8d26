import { addressParser } from 'postal-mime'
import { limits } from '../limits.ts'
import { normaliseWords, oneLine } from './words.ts'

export interface MailAddress {
  /** As shown by the sender, decoded; empty when there is none. */
  readonly name: string
  /** Lower-cased, without control characters; empty when the field holds only a name. */
  readonly address: string
  /** The address in the case in which it was sent. */
  readonly sent: string
}

/** The mailboxes of an address field, groups flattened. What is no address keeps its words as the name. */
export function readAddresses(value: string): MailAddress[] {
  if (value.trim() === '') return []
  const found = addressParser(normaliseWords(value.slice(0, 100_000)), { flatten: true })
  const seen: MailAddress[] = []
  for (const entry of found.slice(0, limits.addresses)) {
    const sent = plainAddress(entry.address ?? '')
    const address = sent.toLowerCase()
    const name = oneLine(entry.name ?? '')
      .replace(/^['"]+|['"]+$/g, '')
      .slice(0, 200)
    if (address !== '' || name !== '') seen.push({ name: name === sent ? '' : name, address, sent })
  }
  return seen
}

/** A single address as the hub keys it: lower case, no brackets, no white space; empty when it is none. */
export function cleanAddress(value: string): string {
  return plainAddress(value).toLowerCase()
}

function plainAddress(value: string): string {
  const plain = value.replace(/[\x00-\x20\x7f<>"(),;\u00a0\u200b-\u200f\u202a-\u202e\ufeff]/g, '')
  const at = plain.lastIndexOf('@')
  return at > 0 && at < plain.length - 1 && plain.length <= 320 ? plain : ''
}
