import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Entity } from '../kernel/entities.ts'
import type { Log } from '../kernel/log.ts'
import { type Refusal, RefusedError, refuse } from '../kernel/result.ts'
import { storeRefusal } from '../store/index.ts'
import { drain } from './body.ts'
import { sendRefusal } from './refusal.ts'

interface Thrown {
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly message?: unknown
}

/** What the server's own checks throw, as refusals of the catalogue; null for anything else. */
function edgeRefusal(error: Thrown, request: FastifyRequest): Refusal | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refuse('request.too_large', { limit: request.routeOptions.bodyLimit ?? null }).refusal
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuse('request.unsupported_type', { type: request.headers['content-type'] ?? '' }).refusal
  }
  const status = Number(error.statusCode)
  return status >= 400 && status < 500 ? malformed(error) : null
}

/** Why the server could not read a request, in both languages; what it says by itself is English and for programmers. */
const unreadable: Readonly<Record<string, { readonly reasonZh: string; readonly reason: string }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    reasonZh: '内容不是有效的 JSON',
    reason: 'the body is not valid JSON',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    reasonZh: 'content-type 写明是 JSON，内容却是空的',
    reason: 'the content type says JSON, but the body is empty',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    reasonZh: '内容的长度与 content-length 不一致',
    reason: 'the length of the body is not what content-length says',
  },
  FST_ERR_BAD_URL: { reasonZh: '网址的写法不对', reason: 'the address is not written as a URL' },
  FST_ERR_MAX_PARAM_LENGTH: { reasonZh: '网址中有一段太长', reason: 'a part of the address is too long' },
}

/** The refusal of a request that the server could not read. */
export function malformed({ code }: Thrown): Refusal {
  const known = typeof code === 'string' ? unreadable[code] : undefined
  const unknown = {
    reasonZh: '请求的写法不符合要求',
    reason: 'it is not written in a way that is accepted',
  }
  return refuse('request.malformed', known ?? unknown).refusal
}

/** The refusal behind whatever was thrown. A bug is logged with the request's id and says no more than that id. */
export function refusalFrom(error: unknown, request: FastifyRequest, log: Log): Refusal {
  if (error instanceof RefusedError) return error.refusal
  const stored = storeRefusal(error)
  if (stored) {
    log.error(
      { requestId: request.id, code: stored.code, reason: (error as Error).message },
      'storing failed',
    )
    return stored
  }
  const edge = edgeRefusal((error ?? {}) as Thrown, request)
  if (edge) return edge
  log.error(
    { requestId: request.id, route: request.routeOptions.url, err: error },
    'a request failed unexpectedly',
  )
  return refuse('internal', { id: request.id }).refusal
}

/** Makes the server speak the hub's own errors everywhere. */
export function registerFailures(server: FastifyInstance, log: Log): void {
  server.setErrorHandler((error, request, reply) => {
    // The framework closes on a body that it refuses to read.
    const unread = ((error ?? {}) as Thrown).code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    if (unread && drain(request.raw)) reply.removeHeader('connection')
    sendRefusal(request, reply, refusalFrom(error, request, log))
  })
}

/** Answers 404; `what` is not there, and `name` says which one was asked for. */
export function notFound(
  request: FastifyRequest,
  reply: FastifyReply,
  what: Entity,
  name: string,
): FastifyReply {
  return sendRefusal(request, reply, refuse('not_found', { what, name: name.slice(0, 200) }).refusal)
}
