import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../contract/actor.ts'
import { RefusedError, refuse } from '../kernel/result.ts'
import type { PlacedEvent } from '../queue/index.ts'
import { mustBeSomebody } from './authenticate.ts'
import { mayHear } from './event-audience.ts'
import type { EventHub, Subscriber } from './event-hub.ts'

/** A sign of life, which also moves the reader's cursor past what was not for it. */
const heartbeatMs = 15_000
/** A reader that takes nothing for this long is cut off; it comes back with its cursor. */
const stallMs = 60_000
/** Streams of one person or token at a time; the pages share one over all tabs. */
const mostStreams = 20

export interface EventRouteOptions {
  readonly hub: EventHub
  /** Whether whoever opened the stream may still listen; asked with each sign of life. */
  readonly stillValid: (request: FastifyRequest) => Promise<boolean>
}

/** `GET /api/events`: server-sent events. Resumes after `Last-Event-ID`, or after `?after=` on the first connection. */
export function registerEventStream(scope: FastifyInstance, options: EventRouteOptions): void {
  const open = new Map<string, number>()
  const ends = new Set<() => void>()
  // A stream never ends by itself, and closing the server waits for what runs.
  scope.addHook('preClose', async () => {
    for (const end of [...ends]) end()
  })
  scope.get('/api/events', { exposeHeadRoute: false }, async (request, reply) => {
    const actor = mustBeSomebody(request)
    if (actor.kind !== 'user' && actor.kind !== 'token') {
      throw new RefusedError(refuse('access.forbidden', { action: 'events' }).refusal)
    }
    const cursor = cursorOf(request)
    const streams = open.get(actor.id) ?? 0
    if (streams >= mostStreams) {
      throw new RefusedError(refuse('request.rate_limited', { waitMs: heartbeatMs }).refusal)
    }
    open.set(actor.id, streams + 1)
    const ended = () => {
      const left = open.get(actor.id)! - 1
      if (left > 0) open.set(actor.id, left)
      else open.delete(actor.id)
    }
    await stream(request, reply, { actor, cursor, ends, ended, ...options })
  })
}

function cursorOf(request: FastifyRequest): number | null {
  const { after } = request.query as { after?: string | string[] }
  const given = request.headers['last-event-id'] ?? after
  if (given === undefined || given === '') return null
  if (!/^\d{1,15}$/.test(String(given))) {
    const issue = {
      path: 'Last-Event-ID',
      message: 'must be the id of an event',
      messageZh: '应为事件的编号',
    }
    throw new RefusedError(refuse('request.invalid', {}, [issue]).refusal)
  }
  return Number(given)
}

/** One event as it goes over the wire. Who did it is left out: pages ask for what they show. */
export function writeEvent({ position, type, at, subject, subjectId, data }: PlacedEvent): string {
  const body = JSON.stringify({ position, type, at: at.toISOString(), subject, subjectId, data })
  return `id: ${position}\ndata: ${body}\n\n`
}

interface StreamOptions extends EventRouteOptions {
  readonly actor: Actor
  readonly cursor: number | null
  readonly ends: Set<() => void>
  readonly ended: () => void
}

async function stream(request: FastifyRequest, reply: FastifyReply, options: StreamOptions): Promise<void> {
  const { hub, actor, ends } = options
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-content-type-options': 'nosniff',
    // nginx would collect the answer otherwise.
    'x-accel-buffering': 'no',
  })
  raw.write('retry: 2000\n\n')
  const subscriber: Subscriber = {
    visible: (event) => mayHear(actor, event),
    send: (event) => raw.write(writeEvent(event)),
    reload: () => raw.write('event: reload\ndata: {}\n\n'),
  }
  let stalledBeats = 0
  let beat: NodeJS.Timeout | null = null
  const end = () => {
    if (beat) clearInterval(beat)
    if (ends.delete(end)) options.ended()
    subscription?.end()
    raw.end()
  }
  let subscription: Awaited<ReturnType<EventHub['subscribe']>> | null = null
  ends.add(end)
  raw.on('close', end).on('error', end)
  try {
    subscription = await hub.subscribe(subscriber, options.cursor)
  } catch {
    // The database is away: the reader comes again with its cursor.
    return end()
  }
  if (!ends.has(end)) return subscription.end()
  const sign = () => raw.write(`event: heartbeat\nid: ${subscription!.cursor()}\ndata: {}\n\n`)
  sign()
  raw.on('drain', () => subscription?.ready())
  beat = setInterval(() => {
    stalledBeats = raw.writableNeedDrain ? stalledBeats + 1 : 0
    if (stalledBeats * heartbeatMs >= stallMs) return raw.destroy()
    if (!raw.writableNeedDrain) sign()
    options.stillValid(request).then(
      (valid) => valid || end(),
      () => {},
    )
  }, heartbeatMs)
}
