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

async function listenOverHttp(io: Io): Promise<Connection> {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const close = async () => resolve()
  io.signal.addEventListener('abort', () => resolve(), { once: true })
  const report = (state: ConnectionState['state'], detail: string) =>
    io.report({ state, sinceMs: io.clock.now(), detail })
  const passive = 'HTTP 模式:由钉钉推送,不保持连接。HTTP mode: DingTalk posts, no connection is kept.'
  if (io.config.cardTemplateId === '') {
    report('stopped', passive)
    return { done, close }
  }
  if (io.publicUrl === null) {
    report(
      'config-error',
      '没有设置 PUBLIC_URL,卡片按钮无法回调。PUBLIC_URL is not set, so buttons cannot call back.',
    )
    return { done, close }
  }
  const refused = await registerCardCallback(io, callbackUrlOf(io.publicUrl, io.accountId))
  if (refused) {
    const failure = failureOf(refused, true)
    if (failure.retry === 'never') report('config-error', failure.message)
    throw failure
  }
  report('stopped', passive)
  return { done, close }
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
