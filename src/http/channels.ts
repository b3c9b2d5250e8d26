import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Channel, RawRequest, RawResponse, Verified } from '../contract/channel.ts'
import type { Envelope } from '../contract/message.ts'
import type { ReceiveItem, ReceivePort } from '../contract/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'
import type { Refusal, Result } from '../kernel/result.ts'
import { drain, RequestAborted, readBody } from './body.ts'
import { refusalFrom } from './failure.ts'
import { retryAfterSeconds, sendRefusal, statusOf } from './refusal.ts'
import { countRequests } from './request-limits.ts'

/** A configured channel account, as the mount needs it. */
export interface MountedAccount {
  readonly id: string
  readonly channel: Channel
  readonly config: unknown
}

/** The accounts of this hub in memory. */
export interface Accounts {
  /** Refuses with `channel.unknown`, `channel.disabled` or `channel.unusable`. Cheap: it is asked for every request. */
  find(kind: string, accountId: string): Result<MountedAccount>
}

export interface ChannelMountOptions {
  readonly accounts: Accounts
  readonly receive: ReceivePort
  readonly clock: Clock
  readonly log: Log
  /** Largest body where the channel names no limit of its own, bytes. */
  readonly maxBytes: number
  /** How long a body may take to arrive, ms. */
  readonly bodyTimeoutMs: number
  /** Told about every answered request. */
  readonly answered: (kind: string, status: number) => void
}

type Params = { kind: string; accountId: string }

/**
 * Mounts all channels at `/channels/:kind/:accountId`: handshake, verify, parse, receive, and the acknowledgement only after
 * the commit. The scope has no hooks and no parsers, because vendors sign raw bytes and because it is the hot path.
 */
export function registerChannels(server: FastifyInstance, given: ChannelMountOptions): void {
  const options = { ...given, count: countRequests() }
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The handler reads the stream itself: each channel has its own limit.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.route<{ Params: Params }>({
      method: ['GET', 'POST'],
      exposeHeadRoute: false,
      url: '/channels/:kind/:accountId',
      handler: (request, reply) => answer(request, reply, options),
    })
  })
}

type Mount = ChannelMountOptions & { readonly count: ReturnType<typeof countRequests> }

async function answer(
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
  options: Mount,
): Promise<FastifyReply> {
  const { kind, accountId } = request.params
  const found = options.accounts.find(kind, accountId)
  if (!found.ok) {
    if (!drain(request.raw)) reply.header('connection', 'close')
    options.answered('unknown', statusOf(found.refusal))
    return sendRefusal(request, reply, found.refusal)
  }
  const account = found.value
  const receivedAtMs = options.clock.now()
  let raw: RawRequest | null = null
  try {
    const body = await bodyOf(request, account, options)
    if (!body.ok) {
      const dripping = body.refusal.code === 'request.timeout'
      if (dripping || !drain(request.raw)) reply.header('connection', 'close')
      return refused(
        request,
        reply,
        account.channel,
        rawRequest(request, nothing, receivedAtMs),
        body.refusal,
        options,
      )
    }
    raw = rawRequest(request, body.value, receivedAtMs)
    const response = await converse(raw, account, options)
    if (!response.ok) return refused(request, reply, account.channel, raw, response.refusal, options)
    options.answered(kind, response.value.status)
    return sendRaw(reply, response.value)
  } catch (error) {
    if (error instanceof RequestAborted) return reply.code(400).send()
    const refusal = refusalFrom(error, request, options.log)
    return refused(request, reply, account.channel, raw, refusal, options)
  }
}

const nothing = Buffer.alloc(0)

/** The body, unless its address came too often: that is asked before anything is read. */
async function bodyOf(
  request: FastifyRequest,
  { id, channel }: MountedAccount,
  options: Mount,
): Promise<Result<Buffer>> {
  const { maxRequestBytes, requestLimits } = channel.capabilities
  if (requestLimits) {
    const counted = options.count(`${id} from ${request.ip}`, requestLimits.address, options.clock.now())
    if (!counted.ok) return counted
  }
  const limit = maxRequestBytes ?? options.maxBytes
  return await readBody(request.raw, { limit, timeoutMs: options.bodyTimeoutMs })
}

/** From a raw request to the vendor's answer; a refusal is answered in the vendor's form by the caller. */
async function converse(
  raw: RawRequest,
  account: MountedAccount,
  options: Mount,
): Promise<Result<RawResponse>> {
  const { channel, config } = account
  const shaken = channel.handshake?.(raw, config)
  if (shaken) return shaken
  const verified = channel.verify(raw, config, options.clock.now())
  if (!verified.ok) return verified
  const items = itemsOf(verified.value, account, options.log)
  const limits = channel.capabilities.requestLimits
  for (const senderKey of limits ? new Set(items.map((item) => item.senderKey)) : []) {
    const counted = options.count(`${account.id} by ${senderKey}`, limits!.sender, raw.receivedAtMs)
    if (!counted.ok) return counted
  }
  const outcomes = items.length > 0 ? await options.receive(items) : []
  return { ok: true, value: channel.ack(verified.value, outcomes, config) }
}

function itemsOf(verified: Verified, account: MountedAccount, log: Log): ReceiveItem[] {
  let envelopes: readonly Pick<Envelope, 'kind' | 'dedupeKey' | 'senderKey'>[]
  try {
    envelopes = account.channel.parse(verified, account.config)
  } catch (error) {
    // Signed, but nobody can read it: kept as it came; the worker parks it as dead, where people see it.
    log.warn({ accountId: account.id, err: error }, 'a believed request could not be read and is parked')
    const dedupeKey = `unreadable:${sha256(verified.request.body)}`
    envelopes = [{ kind: 'message', dedupeKey, senderKey: '' }]
  }
  return envelopes.map((envelope, part) => ({
    accountId: account.id,
    request: verified.request,
    claims: verified.claims,
    part,
    kind: envelope.kind,
    dedupeKey: envelope.dedupeKey,
    senderKey: envelope.senderKey,
  }))
}

function refused(
  request: FastifyRequest,
  reply: FastifyReply,
  channel: Channel,
  raw: RawRequest | null,
  refusal: Refusal,
  options: ChannelMountOptions,
): FastifyReply {
  const status = statusOf(refusal)
  options.answered(channel.kind, status)
  options.log.info(
    { requestId: request.id, channel: channel.kind, code: refusal.code },
    'a delivery was refused',
  )
  if (!raw || !channel.refuse) return sendRefusal(request, reply, refusal)
  const wait = retryAfterSeconds(refusal)
  if (wait !== null) reply.header('retry-after', String(wait))
  return sendRaw(reply, channel.refuse(raw, refusal.code, status))
}

function sendRaw(reply: FastifyReply, response: RawResponse): FastifyReply {
  reply.code(response.status)
  if (response.headers) reply.headers(response.headers)
  const { body } = response
  return reply.send(typeof body === 'string' ? body : body === undefined ? '' : Buffer.from(body))
}

function rawRequest(request: FastifyRequest, body: Buffer, receivedAtMs: number): RawRequest {
  const { url = '' } = request.raw
  const mark = url.indexOf('?')
  return {
    method: request.method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? noQuery : firstValues(request.query as Record<string, string | string[]>),
    headers: oneEach(request.raw.headers),
    body,
    remoteAddress: request.ip,
    receivedAtMs,
  }
}

const noQuery: Readonly<Record<string, string>> = Object.freeze({})

function firstValues(query: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([k, v]) => [k, Array.isArray(v) ? (v[0] ?? '') : v]))
}

/** Node joins repeated headers itself, save `set-cookie`. */
function oneEach(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  if (!Array.isArray(headers['set-cookie'])) return headers as Record<string, string>
  return { ...(headers as Record<string, string>), 'set-cookie': headers['set-cookie'].join(', ') }
}
