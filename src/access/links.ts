import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../contract/actor.ts'
import { json, type Tx } from '../store/index.ts'

/** Name of the setting that holds the key; it never leaves the hub. */
const settingName = 'links.key'
const macBytes = 16

/**
 * Signs and reads the links that people hold who do not sign in: customers, who may see a ticket's progress and expedite it, and
 * engineers, who may see and work on one job. Each purpose has signatures of its own.
 */
export interface TicketLinks {
  /** The token for a ticket: its id and a truncated HMAC-SHA-256, base64url. */
  sign(ticketId: string): string
  /** The customer behind a token; null when it was not signed by this hub. */
  read(token: string): Extract<Actor, { kind: 'link' }> | null
  /** The token of an engineer's page: an offer, which names one ticket and one engineer's account, until a moment (to the second). */
  signJob(offerId: string, expiresAtMs: number): string
  /** The offer behind such a token and the end of its time; null when it was not signed by this hub for this purpose. */
  readJob(token: string): { readonly offerId: string; readonly expiresAtMs: number } | null
}

/** The key of this installation's links, made when there is none. */
export async function ensureLinkKey(tx: Tx): Promise<string> {
  await tx
    .insertInto('setting')
    .values({ name: settingName, value: json(randomBytes(32).toString('base64url')) })
    .onConflict((c) => c.column('name').doNothing())
    .execute()
  const row = await tx
    .selectFrom('setting')
    .select('value')
    .where('name', '=', settingName)
    .executeTakeFirstOrThrow()
  return String(row.value)
}

const idBytes = 16
/** Seconds since the epoch, big-endian. */
const timeBytes = 5

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-')
}

/** Links under a key. */
export function ticketLinks(key: string): TicketLinks {
  const macOf = (purpose: string, content: Buffer) =>
    createHmac('sha256', key).update(purpose).update(content).digest().subarray(0, macBytes)
  const sign = (purpose: string, content: Buffer) =>
    Buffer.concat([content, macOf(purpose, content)]).toString('base64url')

  /** What was signed for a purpose, of exactly that length; null for anything else. */
  function read(purpose: string, token: string, length: number): Buffer | null {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== length + macBytes || bytes.toString('base64url') !== token) return null
    const content = bytes.subarray(0, length)
    return timingSafeEqual(macOf(purpose, content), bytes.subarray(length)) ? content : null
  }

  return {
    sign: (ticketId) => sign('ticket', bytesOf(ticketId)),
    read(token) {
      const content = read('ticket', token, idBytes)
      if (!content) return null
      const ticketId = idOf(content)
      return { kind: 'link', id: ticketId, ticketId }
    },
    signJob(offerId, expiresAtMs) {
      const until = Buffer.alloc(timeBytes)
      until.writeUIntBE(Math.floor(expiresAtMs / 1000), 0, timeBytes)
      return sign('job', Buffer.concat([bytesOf(offerId), until]))
    },
    readJob(token) {
      const content = read('job', token, idBytes + timeBytes)
      if (!content) return null
      const expiresAtMs = content.readUIntBE(idBytes, timeBytes) * 1000
      return { offerId: idOf(content.subarray(0, idBytes)), expiresAtMs }
    },
  }
}
