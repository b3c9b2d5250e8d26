import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, DeliveryError } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState } from '../../src/contract/ports.ts'
import { wecomCall } from '../_kit/wecom-client.ts'
import { isWanted, type WecomKfConfig } from './config.ts'
import { kfErrors } from './errors.ts'
import { parse } from './parse.ts'
import { pollMethod } from './pulled.ts'

type Io = ConnectIo<WecomKfConfig>

/** A customer-service account (document 94661). */
export interface KfAccount {
  readonly openKfId: string
  readonly name: string
}

/** The wanted accounts that the application may use. Throws DeliveryError. */
export async function listAccounts(
  io: Pick<Io, 'config' | 'fetch' | 'tokens' | 'clock' | 'signal'>,
): Promise<KfAccount[]> {
  const found: KfAccount[] = []
  for (let offset = 0; offset < 5000; offset += 100) {
    const request = { path: '/cgi-bin/kf/account/list', body: { offset, limit: 100 }, repeatable: true }
    const answer = await wecomCall(io.config, io, request, kfErrors)
    const list = (Array.isArray(answer.account_list) ? answer.account_list : []) as Record<string, unknown>[]
    found.push(...list.map((each) => ({ openKfId: String(each.open_kfid), name: String(each.name ?? '') })))
    if (list.length < 100) break
  }
  return found.filter(({ openKfId }) => isWanted(openKfId, io.config))
}

/**
 * Callbacks may get lost while the hub is away: every `pollMs`, and at the start, each account is announced by ourselves, so that the
 * same job pulls it. What only a person can mend is reported as `config-error` and ends the connection.
 */
export async function connect(io: Io): Promise<Connection> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, io.signal])
  return {
    done: watch(io, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    }),
    async close() {
      stop.abort()
    },
  }
}

async function watch(io: Io, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const waitMs = await look(io)
    await pause(waitMs, undefined, { signal })
  }
}

/** Announces every account; resolves to how long to wait until the next look, ms. */
async function look(io: Io): Promise<number> {
  const report = (state: ConnectionState['state'], detail?: string) => {
    const nowMs = io.clock.now()
    const seen = state === 'up' ? { lastSeenMs: nowMs } : {}
    io.report({ state, sinceMs: nowMs, ...seen, ...(detail === undefined ? {} : { detail }) })
  }
  try {
    const accounts = await listAccounts(io)
    if (accounts.length > 0) await io.receive(accounts.map((account) => hintItem(account.openKfId, io)))
    report(
      accounts.length > 0 ? 'up' : 'degraded',
      accounts.length > 0 ? undefined : '没有可用的客服账号 / there is no customer-service account',
    )
    return io.config.pollMs
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    report(error.retry === 'never' ? 'config-error' : 'degraded', `${error.code}: ${error.message}`)
    if (error.retry === 'never') throw error
    return Math.max(error.waitMs ?? 0, 30_000)
  }
}

function hintItem(openKfId: string, io: Io) {
  const request = {
    method: pollMethod,
    path: '/cgi-bin/kf/account/list',
    query: { open_kfid: openKfId },
    headers: {},
    body: new Uint8Array(),
    remoteAddress: '',
    receivedAtMs: io.clock.now(),
  }
  const { kind, dedupeKey, senderKey } = parse({ request, claims: {} }, io.config)[0]!
  return { accountId: io.accountId, request, claims: {}, part: 0, kind, dedupeKey, senderKey }
}
