import { DeliveryError } from '../../src/contract/channel.ts'
import type { ConnectIo, ReceiveItem } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { wecomCall } from '../_kit/wecom-client.ts'
import type { WecomKfConfig } from './config.ts'
import { kfErrors } from './errors.ts'
import { limits } from './limits.ts'
import { parse } from './parse.ts'
import { type Customer, partOf, pulledClaims, pulledRequest, wordOf } from './pulled.ts'

type Io = ConnectIo<WecomKfConfig>

interface Page {
  readonly rows: readonly JsonObject[]
  readonly cursor: string
  readonly more: boolean
}

/**
 * Fetches what waits for one customer-service account, page by page, each stored together with its cursor (document 94670). A callback's
 * token goes along while it is good. Whatever fails is thrown, and nothing behind it is passed over.
 */
export async function pull(hint: JsonObject, io: Io): Promise<void> {
  const openKfId = String(hint.openKfId)
  const name = `kf:${openKfId}`
  const saved = await io.cursor(name)
  let cursor = typeof saved === 'string' ? saved : ''
  const isFirst = cursor === ''
  let token = freshToken(hint, io)
  for (;;) {
    const page = await ask(openKfId, cursor, token, io).catch((error: unknown) => {
      if (!token || !(error instanceof DeliveryError) || error.code !== '95007') throw error
      return null
    })
    if (!page) {
      // It was too old after all: without one WeCom answers too, only less often.
      token = undefined
      continue
    }
    const rows = isFirst ? page.rows.filter((row) => isRecent(row, io)) : page.rows
    const next = page.cursor || cursor
    if (rows.length > 0 || next !== cursor) await store(rows, openKfId, name, next, io)
    await welcome(rows, io)
    if (!page.more) return
    if (next === cursor) throw new DeliveryError('later', 'no_cursor', 'sync_msg has more but no new cursor')
    cursor = next
  }
}

/** The token of the announcement, unless it lay too long. */
function freshToken(hint: JsonObject, io: Io): string | undefined {
  const { token, atMs } = hint
  if (typeof token !== 'string' || token === '' || typeof atMs !== 'number') return undefined
  return io.clock.now() - atMs < limits.syncTokenMs ? token : undefined
}

async function ask(openKfId: string, cursor: string, token: string | undefined, io: Io): Promise<Page> {
  const body = {
    open_kfid: openKfId,
    limit: limits.page,
    voice_format: 0,
    ...(cursor === '' ? {} : { cursor }),
    ...(token === undefined ? {} : { token }),
  }
  const answer = await wecomCall(
    io.config,
    io,
    { path: '/cgi-bin/kf/sync_msg', body, repeatable: true },
    kfErrors,
  )
  const list = Array.isArray(answer.msg_list) ? answer.msg_list : []
  return {
    rows: list.filter(
      (row): row is JsonObject => typeof row === 'object' && row !== null && !Array.isArray(row),
    ),
    cursor: typeof answer.next_cursor === 'string' ? answer.next_cursor : '',
    more: answer.has_more === 1,
  }
}

function isRecent(row: JsonObject, io: Io): boolean {
  const sentAtMs = Number(row.send_time) * 1000
  return !(sentAtMs < io.clock.now() - io.config.backfillHours * 3_600_000)
}

async function store(
  rows: readonly JsonObject[],
  openKfId: string,
  name: string,
  next: string,
  io: Io,
): Promise<void> {
  const customers = await customersOf(rows, io)
  const items = rows.flatMap((row) => itemsOf(row, openKfId, customers.get(userOf(row)), io))
  const cursor = next === '' ? undefined : { accountId: io.accountId, name, value: next }
  await io.receive(items, cursor)
}

function itemsOf(row: JsonObject, openKfId: string, customer: Customer | undefined, io: Io): ReceiveItem[] {
  const request = pulledRequest(row, openKfId, io.clock.now())
  const claims = pulledClaims(openKfId, customer)
  const base = { accountId: io.accountId, request, claims }
  try {
    const envelopes = parse({ request, claims }, io.config)
    return envelopes.map(({ kind, dedupeKey, senderKey }, part) => ({
      ...base,
      part,
      kind,
      dedupeKey,
      senderKey,
    }))
  } catch (error) {
    // Kept as it came: the inbox parks it where people see it.
    io.log.warn({ err: error, account: io.accountId }, 'a row of sync_msg could not be read and is parked')
    const dedupeKey = `unreadable:${Buffer.from(request.body).toString('base64url').slice(0, 200)}`
    return [{ ...base, part: 0, kind: 'message', dedupeKey, senderKey: '' }]
  }
}

function userOf(row: JsonObject): string {
  return wordOf(row, 'external_userid')
}

/** Names and union ids of those who wrote (document 95159); without them the messages are stored all the same. */
async function customersOf(rows: readonly JsonObject[], io: Io): Promise<ReadonlyMap<string, Customer>> {
  const ids = [...new Set(rows.map(userOf))].filter((id) => id !== '')
  const found = new Map<string, Customer>()
  for (let at = 0; at < ids.length; at += limits.customers) {
    const body = { external_userid_list: ids.slice(at, at + limits.customers), need_enter_session_context: 0 }
    try {
      const request = { path: '/cgi-bin/kf/customer/batchget', body, repeatable: true }
      const answer = await wecomCall(io.config, io, request, kfErrors)
      for (const each of (answer.customer_list ?? []) as JsonObject[]) {
        const [nickname, unionId] = [wordOf(each, 'nickname'), wordOf(each, 'unionid')]
        found.set(userOf(each), {
          ...(nickname ? { nickname } : {}),
          ...(unionId ? { unionId } : {}),
        })
      }
    } catch (error) {
      io.log.info({ err: error, account: io.accountId }, 'the names of customers could not be fetched')
      return found
    }
  }
  return found
}

/** Welcomes who just came in: their code works once, for twenty seconds. What fails is not tried again. */
async function welcome(rows: readonly JsonObject[], io: Io): Promise<void> {
  const { welcomeText } = io.config
  if (welcomeText === null) return
  for (const row of rows) {
    const code = wordOf(partOf(row, 'event'), 'welcome_code')
    const ageMs = io.clock.now() - Number(row.send_time) * 1000
    if (code === '' || !(ageMs < limits.welcomeMs)) continue
    const body = { code, msgtype: 'text', text: { content: welcomeText } }
    try {
      const request = { path: '/cgi-bin/kf/send_msg_on_event', body, repeatable: false }
      await wecomCall(io.config, io, request, kfErrors)
    } catch (error) {
      io.log.warn({ err: error, account: io.accountId }, 'a customer could not be welcomed')
    }
  }
}
