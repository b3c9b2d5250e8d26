import { Agent } from 'node:https'
import type { EventDispatcher, HttpInstance, WSClient } from '@larksuiteoapi/node-sdk'
import type { Connection, Verified } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState, ReceiveItem } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { guarded } from '../_kit/guarded.ts'
import { answerOf } from './answer.ts'
import type { FeishuConfig } from './config.ts'
import { FeishuFailure, wordsOf } from './errors.ts'
import { frameRequest } from './frame.ts'
import { parse } from './parse.ts'
import { quiet } from './sdk/client.ts'
import { httpInstance, sendJson } from './sdk/http.ts'
import { objectOf, textOf } from './shape.ts'

type Io = ConnectIo<FeishuConfig>
type Sdk = typeof import('@larksuiteoapi/node-sdk')

/** How long a socket may take to open; the official client waits for ever by default. */
const handshakeMs = 10_000
/** Everything together: finding the address, and opening the socket. */
const openMs = 25_000
/** A ping without an answer after this is a dead connection, s. The official client sends one as often as Feishu says. */
const pongSeconds = 3
/** How often a sign of life is written down, ms. */
const signMs = 30_000

/**
 * The long connection, by the official client ("event-subscription-configure-/request-url-configuration-case"). Each node may have
 * one (50 for each app), any of them gets an event, once; it is stored before the client acknowledges, and an event that could
 * not be stored is answered with 500 and comes again. The client's own reconnecting (up to two minutes, without a word about a
 * wrong secret) is not used: when the connection ends, so does this one, and the hub's supervisor opens another.
 */
export async function connect(io: Io): Promise<Connection> {
  if (io.config.mode !== 'long-connection') return notConnected(io)
  const sdk = await import('@larksuiteoapi/node-sdk')
  return await openConnection(sdk, io)
}

/** Nothing to keep up in webhook mode; what the page showed of an earlier connection is taken back. */
function notConnected(io: Io): Connection {
  io.report({ state: 'stopped', sinceMs: io.clock.now(), detail: 'webhook' })
  const { promise, resolve } = Promise.withResolvers<void>()
  return { done: promise, close: async () => resolve() }
}

async function openConnection(sdk: Sdk, io: Io): Promise<Connection> {
  const life = lifetime(io, () => client.close({ force: true }))
  const sign = signOfLife(io)
  const client: WSClient = new sdk.WSClient({
    appId: io.config.appId,
    appSecret: io.config.appSecret,
    domain: io.config.baseUrl,
    httpInstance: discovery(io, life.end, (agent) => Object.assign(client, { agent })),
    agent: closedAgent,
    handshakeTimeoutMs: handshakeMs,
    wsConfig: { pingTimeout: pongSeconds },
    loggerLevel: sdk.LoggerLevel.trace,
    logger: {
      ...quiet,
      // Before it is open, each error is a failed attempt, after which the client would wait in silence.
      error: (said: unknown) => {
        if (!life.isOpen()) life.end(new Error(whyNotOpen(String(said))))
        else io.log.warn({ pii: { said: String(said) } }, 'the official Feishu client reported an error')
      },
      trace: (said: unknown) => {
        if (String(said).includes('receive pong')) sign()
      },
    },
    onReady: () => {
      sign()
      life.open()
    },
    onError: life.end,
    onReconnecting: () => life.end(new Error('the connection was lost')),
  })
  await client.start({ eventDispatcher: dispatcher(sdk, io, sign) })
  await life.opened
  return { done: life.ended, close: async () => life.end() }
}

/** A connection from the first attempt to its end, which comes once: by an error, by the hub's signal, or because it took too long. */
function lifetime(io: Io, close: () => void) {
  const opened = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  // Who waits for the one may have heard it from the other.
  for (const { promise } of [opened, ended]) promise.catch(() => {})
  let state: 'opening' | 'open' | 'over' = 'opening'

  const end = (error?: Error) => {
    if (state === 'over') return
    state = 'over'
    clearTimeout(deadline)
    io.signal.removeEventListener('abort', stop)
    // Later: the client is in the middle of planning a reconnection, whose timer this stops.
    setImmediate(close)
    if (error && isMistake(error)) report(io, 'config-error', explain(error))
    for (const waiting of [opened, ended]) error ? waiting.reject(error) : waiting.resolve()
  }
  const stop = () => end()
  const deadline = setTimeout(() => end(new Error(`the connection did not open in ${openMs} ms`)), openMs)
  io.signal.addEventListener('abort', stop, { once: true })
  if (io.signal.aborted) stop()
  return {
    end,
    open() {
      if (state === 'opening') state = 'open'
      clearTimeout(deadline)
      opened.resolve()
    },
    isOpen: () => state === 'open',
    opened: opened.promise,
    ended: ended.promise,
  }
}

/** Reports the connection as up, but not more often than people can read it. */
function signOfLife(io: Io): () => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    const now = io.clock.now()
    if (now - lastMs < signMs) return
    lastMs = now
    report(io, 'up')
  }
}

function report(io: Io, state: ConnectionState['state'], detail?: string): void {
  const now = io.clock.now()
  io.report({
    state,
    sinceMs: now,
    ...(state === 'up' ? { lastSeenMs: now } : {}),
    ...(detail ? { detail } : {}),
  })
}

/** Why it is not open; of a socket the official client says no more than this. */
function whyNotOpen(said: string): string {
  if (!said.includes('ws connect failed')) return said
  const zh = '飞书给出的长连接地址打不开：被拒绝、转到别处，或通向不允许的地址。'
  return `${zh} The address that Feishu gave does not open: refused, redirected, or leading where nothing may be reached (${said}).`
}

/** Connects to nothing: what the official client has until the address was checked. */
const closedAgent = Object.assign(new Agent(), {
  createConnection(): never {
    throw new Error('the address of the long connection was not checked')
  },
})

/** Asks where to connect, over the hub's own fetch, and gives the agent for it; what Feishu says against it ends the attempt, whatever the client makes of it. */
function discovery(
  io: Io,
  fail: (error: Error) => void,
  checked: (agent: Awaited<ReturnType<Io['agentFor']>>) => void,
): HttpInstance {
  return {
    ...httpInstance,
    request: async <T, R = T>(options: Parameters<HttpInstance['request']>[0]) => {
      try {
        const answer = objectOf(await sendJson(io, options))
        const url = textOf(objectOf(answer.data).URL)
        if (!url.startsWith(io.config.baseUrl.startsWith('https:') ? 'wss://' : 'ws'))
          throw new Error('Feishu names no address, or one without encryption')
        checked(await guarded(io, url))
        return answer as R
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
    },
  }
}

/** Busy, an error of theirs, too many connections: that passes, or is nobody's setting. */
const passing = new Set([1, 1000040343, 1000040350])

/** Whether only a person can mend it: a wrong App Secret, an app without the long connection. */
function isMistake(error: Error): boolean {
  return error instanceof FeishuFailure && error.status < 429 && error.code !== 0 && !passing.has(error.code)
}

function explain(error: Error): string {
  if (!(error instanceof FeishuFailure)) return error.message
  const { zh, en } = wordsOf(error)
  return zh === en ? en : `${zh} ${en}`
}

/** The official dispatcher takes events apart and says nothing about types that it does not know: ours hands on all of them. */
function dispatcher(sdk: Sdk, io: Io, sign: () => void): EventDispatcher {
  class Dispatcher extends sdk.EventDispatcher {
    override async invoke(data: unknown): Promise<JsonObject> {
      const answer = await hear(data, io)
      sign()
      return answer
    }
  }
  return new Dispatcher({ logger: quiet })
}

/** Stores an event, then says what Feishu is to show. Rejects when it could not be stored. */
async function hear(data: unknown, io: Io): Promise<JsonObject> {
  // The client has parsed the frame already; this is the text of what it read.
  const body = new TextEncoder().encode(JSON.stringify(data))
  const request = frameRequest(body, io.clock.now(), io.config)
  const verified: Verified = { request, claims: {} }
  const items = itemsOf(verified, io)
  const outcomes = items.length > 0 ? await io.receive(items) : []
  return answerOf(verified, outcomes)
}

function itemsOf(verified: Verified, io: Io): ReceiveItem[] {
  const { request, claims } = verified
  const common = { accountId: io.accountId, request, claims }
  try {
    return parse(verified, io.config).map(({ kind, dedupeKey, senderKey }, part) => ({
      ...common,
      part,
      kind,
      dedupeKey,
      senderKey,
    }))
  } catch (error) {
    io.log.warn({ err: error }, 'an event could not be read and is parked')
    return [
      { ...common, part: 0, kind: 'message', dedupeKey: `unreadable:${sha256(request.body)}`, senderKey: '' },
    ]
  }
}
