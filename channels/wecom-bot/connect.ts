import { setTimeout as wait } from 'node:timers/promises'
import type { WSClient } from '@wecom/aibot-node-sdk'
import type { Connection } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState } from '../../src/contract/ports.ts'
import { guarded, handshakeProblem } from '../_kit/guarded.ts'
import type { BotConfig } from './config.ts'
import { refusedBy } from './errors.ts'
import { hearing } from './hear.ts'
import { limits } from './limits.ts'
import { forget, remember } from './live.ts'

type Io = ConnectIo<BotConfig>

/** Times that a test shortens. */
export interface Timing {
  /** Pause between signs of life, ms; the client ends the connection after two without an answer. */
  readonly heartbeatMs: number
  readonly signInMs: number
  readonly takeoverPauseMs: number
  readonly processingMs: number
}

const usual: Timing = { heartbeatMs: 30_000, ...limits }
const checkSettings = '请检查 Bot ID 和 Secret。 Check the Bot ID and the secret'
const takenOver =
  '另一个连接接管了这个机器人：同一个机器人只能有一个连接，请停掉另一处。 Another connection took this robot; only one may live.'

/**
 * Signs in and listens until the connection ends; whoever supervises it connects anew, with a new client each time (the client's own
 * reconnecting is switched off). Rejects when it cannot sign in. When another connection takes the robot, the state says so and
 * `done` is held back for a while: two hubs would otherwise take it from each other for ever.
 */
export async function connect(io: Io, timing: Timing = usual): Promise<Connection> {
  const client = await newClient(io, timing)
  const report = (state: ConnectionState['state'], detail?: string) => {
    const now = io.clock.now()
    io.report({ state, sinceMs: now, lastSeenMs: now, ...(detail ? { detail } : {}) })
  }
  let isOver = false
  // What is still to be stored of a connection that ended says nothing about the next one.
  const heard = hearing(client, io, timing.processingMs, (state, detail) => {
    if (!isOver) report(state, detail)
  })
  const ended = endOf(client)
  try {
    await signIn(client, timing.signInMs)
  } catch (error) {
    const problem = handshakeProblem(error instanceof Error ? error.message : String(error))
    client.disconnect()
    forget(io, client, problem)
    if (isForPeople(error)) report('config-error', `${checkSettings}: ${problem}`)
    throw error
  }
  remember(io, client)
  report('up')
  const closing = new AbortController()
  const stopped = AbortSignal.any([closing.signal, io.signal])
  const done = ended.then(async ({ reason, wasTaken }) => {
    isOver = true
    forget(io, client, wasTaken ? takenOver : reason)
    if (stopped.aborted) return await heard.settled()
    if (wasTaken) {
      report('config-error', takenOver)
      await wait(timing.takeoverPauseMs, null, { signal: stopped }).catch(() => {})
    }
    throw new Error(wasTaken ? takenOver : `the connection ended: ${reason}`)
  })
  // Nobody may be listening yet when it breaks.
  done.catch(() => {})
  const close = async () => {
    closing.abort()
    client.disconnect()
    forget(io, client, 'closed')
    await heard.settled()
  }
  return { done, close }
}

async function newClient(io: Io, timing: Timing): Promise<WSClient> {
  const { WSClient } = await import('@wecom/aibot-node-sdk')
  const { botId, secret, wsUrl } = io.config
  return new WSClient({
    ...{ botId, secret, wsUrl },
    maxReconnectAttempts: 0,
    maxAuthFailureAttempts: 0,
    heartbeatInterval: timing.heartbeatMs,
    // Asked for each connection: names may lead elsewhere meanwhile.
    wsOptions: {
      handshakeTimeout: timing.signInMs,
      followRedirects: false,
      agent: await guarded(io, wsUrl),
    },
    logger: quietLogger(io),
  })
}

/** How a connection ended; the newer one's arrival is announced before the socket is closed. */
function endOf(client: WSClient): Promise<{ readonly reason: string; readonly wasTaken: boolean }> {
  let wasTaken = false
  client.on('event.disconnected_event', () => {
    wasTaken = true
  })
  return new Promise((resolve) => {
    client.on('disconnected', (reason) => resolve({ reason, wasTaken }))
  })
}

class SignInRefused extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

function isForPeople(error: unknown): boolean {
  return error instanceof SignInRefused && refusedBy(error.code, '').retry === 'never'
}

/** Resolves when the vendor took Bot ID and secret. */
function signIn(client: WSClient, withinMs: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody answered the sign-in')), withinMs)
    const end = (finish: () => void) => {
      clearTimeout(timer)
      finish()
    }
    client.on('authenticated', () => end(resolve))
    client.on('error', (error) => {
      const code = /^Authentication failed: .*\(code: (-?\d+)\)$/s.exec(error.message)?.[1]
      end(() => reject(code === undefined ? error : new SignInRefused(Number(code), error.message)))
    })
    client.on('disconnected', (reason) => end(() => reject(new Error(`the connection ended: ${reason}`))))
    client.connect()
  })
}

/** The client's words without what follows them: whole frames, with what people said. */
function quietLogger(io: Io) {
  const drop = () => {}
  const warn = (message: string) => io.log.debug({ said: message.slice(0, 200) }, 'the robot client says')
  return { debug: drop, info: drop, warn, error: warn }
}
