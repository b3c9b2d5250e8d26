import { type Connection, DeliveryError } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState } from '../../src/contract/ports.ts'
import type { DingtalkConfig } from './config.ts'
import { failureOf } from './errors.ts'
import { registerCardCallback } from './native-card.ts'
import { Pool } from './stream/pool.ts'
import { defaultTiming, type Timing } from './stream/timing.ts'

type Io = ConnectIo<DingtalkConfig>

/** Keeps the account connected. In HTTP mode nothing is kept open: the card callback address is registered, and that is all. */
export function makeConnect(timing: Timing = defaultTiming): (io: Io) => Promise<Connection> {
  return async (io) => {
    if (io.config.mode === 'http') return await listenOverHttp(io)
    const pool = new Pool(io, timing)
    pool.start()
    return pool
  }
}

/** Nothing to be kept: it ends when it is closed, or by the hub's signal. */
function passive(io: Io): Connection {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const end = () => {
    io.signal.removeEventListener('abort', end)
    resolve()
  }
  io.signal.addEventListener('abort', end, { once: true })
  if (io.signal.aborted) end()
  return { done, close: async () => end() }
}

async function listenOverHttp(io: Io): Promise<Connection> {
  const report = (state: ConnectionState['state'], detail: string) =>
    io.report({ state, sinceMs: io.clock.now(), detail })
  const posted = 'HTTP 模式：由钉钉推送，不保持连接。HTTP mode: DingTalk posts, no connection is kept.'
  if (io.config.cardTemplateId === '') {
    report('stopped', posted)
    return passive(io)
  }
  if (io.publicUrl === null) {
    report(
      'config-error',
      '没有设置 PUBLIC_URL，卡片按钮无法回调。PUBLIC_URL is not set, so buttons cannot call back.',
    )
    return passive(io)
  }
  const refused = await registerCardCallback(io, callbackUrlOf(io.publicUrl, io.accountId))
  if (refused) {
    const failure = failureOf(refused, true)
    if (failure.retry === 'never') report('config-error', failure.message)
    throw failure
  }
  report('stopped', posted)
  return passive(io)
}

/** The account's callback address. */
export const callbackUrlOf = (publicUrl: string, accountId: string) =>
  `${publicUrl.replace(/\/+$/, '')}/channels/dingtalk/${accountId}`

/** A failure in one line, for the connection's state. */
export const reasonOf = (error: unknown) =>
  error instanceof DeliveryError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error)
