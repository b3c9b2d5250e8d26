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
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refuse('request.malformed', { reason: String(error.message) }).refusal
  }
  const status = Number(error.statusCode)
  if (status >= 400 && status < 500)
    return refuse('request.malformed', { reason: String(error.message) }).refusal
  return null
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
