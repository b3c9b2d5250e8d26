import { z } from 'zod'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'

/**
 * One row of `sync_msg` (document 94670). Members of the kinds are read where they are converted; what is missing or of another type
 * is taken for absent, because the vendor adds and renames without notice.
 */
const rowSchema = z.looseObject({
  msgid: z.string().min(1).max(200),
  msgtype: z.string().min(1).max(100),
  origin: z.number().catch(0),
  send_time: z.number().nullable().catch(null),
  open_kfid: z.string().max(200).catch(''),
  external_userid: z.string().max(200).catch(''),
  servicer_userid: z.string().max(200).catch(''),
})
export type Row = z.infer<typeof rowSchema>

/** What is known of a customer besides the row (document 95159). */
export interface Customer {
  readonly nickname?: string
  readonly unionId?: string
}

/** Methods of requests that nobody can send: they stand for what the channel fetched or decided itself. */
export const pulledMethod = 'PULL'
export const pollMethod = 'POLL'

/** A fetched row as the request that the inbox keeps. */
export function pulledRequest(row: JsonObject, openKfId: string, receivedAtMs: number): RawRequest {
  return {
    method: pulledMethod,
    path: `/cgi-bin/kf/sync_msg/${openKfId}`,
    query: {},
    headers: {},
    body: Buffer.from(JSON.stringify(row)),
    remoteAddress: '',
    receivedAtMs,
  }
}

/** What goes with a fetched row: the account that it was fetched for, and who the customer is. */
export function pulledClaims(openKfId: string, customer: Customer | undefined): JsonObject {
  return { openKfId, ...(customer ? { customer: { ...customer } } : {}) }
}

/** Reads a row. Throws when it is none. */
export function readRow(row: unknown): Row {
  const parsed = rowSchema.safeParse(row)
  if (!parsed.success) throw new Error('a row of sync_msg has an id and a type')
  return parsed.data
}

/** The row, the account and the customer of a stored request. */
export function readPulled({ request, claims }: Verified): {
  readonly row: Row
  readonly openKfId: string
  readonly customer: Customer
} {
  const row = readRow(JSON.parse(Buffer.from(request.body).toString('utf8')))
  const event = partOf(row, 'event')
  const openKfId = row.open_kfid || wordOf(event, 'open_kfid') || String(claims.openKfId ?? '')
  const customer = claims.customer as { nickname?: string; unionId?: string } | undefined
  return { row, openKfId, customer: customer ?? {} }
}

/** A member that is an object; empty when it is none. */
export function partOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** A member that is text or a number, as text; empty when it is neither. */
export function wordOf(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A member that is a list of objects. */
export function listOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return Array.isArray(value)
    ? value.filter((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
    : []
}
