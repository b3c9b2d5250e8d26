import type { FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '../kernel/errors.ts'
import type { Refusal } from '../kernel/result.ts'
import { sentence } from '../kernel/sentence.ts'

/** The one shape of an error that leaves the hub: `{ error: … }`. Never a stack trace, never personal data. */
export interface ErrorBody {
  readonly error: {
    /** A code of docs/errors.md. */
    readonly code: string
    /** A sentence in the language that the request asked for (`accept-language`), English otherwise. */
    readonly message: string
    readonly messageZh: string
    /** The values that the sentence names. */
    readonly params: Refusal['params']
    /** Which members of the input are wrong, and how. */
    readonly issues: readonly {
      readonly path: string
      readonly message: string
      readonly messageZh: string
    }[]
    /** Names the request in the log. */
    readonly requestId: string
  }
}

/** The status of a refusal. */
export const statusOf = (refusal: Refusal): number => errors[refusal.code].status

/** Builds the answer's body; `acceptLanguage` is the header's value. */
export function errorBody(
  refusal: Refusal,
  requestId: string,
  acceptLanguage: string | undefined,
): ErrorBody {
  const messageZh = sentence(refusal, 'zh')
  const inChinese = acceptLanguage?.trimStart().toLowerCase().startsWith('zh') ?? false
  const issues = (refusal.issues ?? []).map(({ path, message, messageZh = message }) => ({
    path,
    message: inChinese ? messageZh : message,
    messageZh,
  }))
  return {
    error: {
      code: refusal.code,
      message: inChinese ? messageZh : sentence(refusal, 'en'),
      messageZh,
      params: refusal.params,
      issues,
      requestId,
    },
  }
}

/** When to come again, in seconds, for refusals that pass by themselves; null for the others. */
export function retryAfterSeconds(refusal: Refusal): number | null {
  switch (refusal.code) {
    case 'store.unavailable':
      return 5
    case 'store.full':
      return 60
    case 'access.locked':
      return Number(refusal.params.minutes) * 60
    case 'request.rate_limited':
      return Math.max(1, Math.ceil(Number(refusal.params.waitMs) / 1000))
    default:
      return null
  }
}

const answered = new WeakMap<FastifyRequest, Refusal['code']>()

/** The code with which a request was refused; undefined when it was not. */
export const refusedWith = (request: FastifyRequest): Refusal['code'] | undefined => answered.get(request)

/** Answers with a refusal. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  answered.set(request, refusal.code)
  const wait = retryAfterSeconds(refusal)
  if (wait !== null) reply.header('retry-after', String(wait))
  return reply
    .code(statusOf(refusal))
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(errorBody(refusal, request.id, request.headers['accept-language']))
}
