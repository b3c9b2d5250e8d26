import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../kernel/log.ts'
import { RefusedError, refuse } from '../kernel/result.ts'
import { type Identities, registerAuthentication } from './authenticate.ts'
import { compressAnswers } from './compression.ts'
import { type Operations, ownPassword, type Runner, registerOperations } from './operations.ts'
import { logRefusals } from './refusal-log.ts'
import { securityHeaders } from './security-headers.ts'
import { registerSessionRoutes } from './session-routes.ts'

/** Requests in a minute. */
export interface RateLimits {
  /** Of one signed-in person. */
  readonly user: number
  /** Of one token. */
  readonly token: number
  /** Of one address that is neither: customers' pages, strangers. */
  readonly address: number
  /** Sign-ins of one address. */
  readonly signIn: number
}

export const defaultRateLimits: RateLimits = { user: 3000, token: 3000, address: 300, signIn: 30 }

export interface ApiOptions extends Operations {
  readonly runner: Runner
  readonly identities: Identities
  readonly secure: boolean
  readonly timeZone: string
  readonly rateLimits: RateLimits
  readonly log: Log
  /** Told about every answered request. */
  readonly answered: (method: string, route: string, status: number) => void
  /** Further routes of the same scope: files, events, documentation. */
  readonly routes: (scope: FastifyInstance) => void
}

/** Answers for programs show nothing. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'"

function keyOf(request: FastifyRequest): string {
  const { actor } = request
  return actor && actor.kind !== 'link' ? `${actor.kind} ${actor.id}` : `address ${request.ip}`
}

/** The API under /api: cookies, authentication, rate limits, then every command and query. */
export function registerApi(server: FastifyInstance, options: ApiOptions): void {
  const { rateLimits, secure, runner } = options
  server.register(async (scope) => {
    scope.removeContentTypeParser('text/plain')
    await scope.register(cookie)
    const headers = { ...securityHeaders(secure), 'content-security-policy': apiPolicy }
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers(headers)
    })
    scope.addHook('onResponse', async (request, reply) => {
      options.answered(request.method, request.routeOptions.url ?? '', reply.statusCode)
    })
    compressAnswers(scope)
    logRefusals(scope, options.log)
    registerAuthentication(scope, options)
    await scope.register(rateLimit, {
      hook: 'onRequest',
      timeWindow: 60_000,
      keyGenerator: keyOf,
      max: (_request, key) => {
        if (key.startsWith('user ')) return rateLimits.user
        return key.startsWith('token ') ? rateLimits.token : rateLimits.address
      },
      errorResponseBuilder: (_request, { ttl }) =>
        new RefusedError(refuse('request.rate_limited', { waitMs: ttl }).refusal),
    })
    const changePassword = options.commands.find((command) => command.name === ownPassword)
    if (!changePassword) throw new Error(`the command ${ownPassword} is missing`)
    registerSessionRoutes(scope, {
      sessions: options.identities.sessions,
      runner,
      changePassword,
      secure,
      timeZone: options.timeZone,
      signInsPerMinute: rateLimits.signIn,
    })
    registerOperations(scope, options, options)
    options.routes(scope)
  })
}
