import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../contract/actor.ts'
import { json, type Tx } from '../store/index.ts'

/** Name of the setting that holds the key; it never leaves the hub. */
const settingName = 'links.key'
const macBytes = 16

/** Signs and reads the links that customers hold: who has one may see a ticket's progress and expedite it. */
export interface TicketLinks {
  /** The token for a ticket: its id and a truncated HMAC-SHA-256, base64url. */
  sign(ticketId: string): string
  /** The customer behind a token; null when it was not signed by this hub. */
  read(token: string): Extract<Actor, { kind: 'link' }> | null
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

/** Links under a key. */
export function ticketLinks(key: string): TicketLinks {
  const macOf = (id: Buffer) =>
    createHmac('sha256', key).update('ticket').update(id).digest().subarray(0, macBytes)
  return {
    sign(ticketId) {
      const id = Buffer.from(ticketId.replaceAll('-', ''), 'hex')
      return Buffer.concat([id, macOf(id)]).toString('base64url')
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== 16 + macBytes || bytes.toString('base64url') !== token) return null
      const id = bytes.subarray(0, 16)
      if (!timingSafeEqual(macOf(id), bytes.subarray(16))) return null
      const hex = id.toString('hex')
      const ticketId = [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-')
      return { kind: 'link', id: ticketId, ticketId }
    },
  }
}
