import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Command, readInput, type Session, type Sessions } from '../access/index.ts'
import { roles } from '../contract/actor.ts'
import { RefusedError, type Result, refuse } from '../kernel/result.ts'
import { cookieName, mustBeSomebody } from './authenticate.ts'
import type { Runner } from './operations.ts'
import { sendRefusal } from './refusal.ts'

/** What the console learns about itself. */
export const sessionSchema = z.object({
  user: z.object({
    id: z.uuid(),
    login: z.string(),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    staffId: z.uuid().nullable(),
    lang: z.enum(['zh', 'en']),
  }),
  /** To be sent as `x-csrf-token` with every change. */
  csrf: z.string(),
  expiresAtMs: z.number().int(),
  /** IANA name of the business's time zone; pages show times in it. */
  timeZone: z.string(),
})

/** Sign-in name and password. */
export const signInSchema = z.object({
  login: z.string().min(1).max(200),
  password: z.string().min(1).max(1000),
})

/** The present password and the new one. */
export const passwordChangeSchema = z.object({ current: z.string(), password: z.string() })

export interface SessionRouteOptions {
  readonly sessions: Sessions
  readonly runner: Runner
  /** `user.changePassword`. */
  readonly changePassword: Command
  /** True when the world reaches the hub over https. */
  readonly secure: boolean
  /** TIME_ZONE. */
  readonly timeZone: string
  /** Sign-ins that one address may try in a minute. */
  readonly signInsPerMinute: number
}

/** Signing in and out. These are no commands: a refused attempt is counted, and nothing of it is replayed. */
export function registerSessionRoutes(scope: FastifyInstance, options: SessionRouteOptions): void {
  const { sessions, secure, timeZone } = options
  const name = cookieName(secure)
  const rateLimit = { max: options.signInsPerMinute, timeWindow: 60_000, keyGenerator: addressOf }

  function welcome(reply: FastifyReply, opened: { cookie: string; session: Session }) {
    reply.setCookie(name, opened.cookie, { path: '/', httpOnly: true, sameSite: 'lax', secure })
    return view(opened.session, timeZone)
  }

  scope.post('/api/session/signIn', { config: { rateLimit, withoutCsrf: true } }, async (request, reply) => {
    const input = readInput(signInSchema, request.body)
    if (!input.ok) return sendRefusal(request, reply, input.refusal)
    const opened = await sessions.signIn({
      ...input.value,
      address: request.ip,
      userAgent: agentOf(request),
    })
    reply.header('cache-control', 'no-store')
    return opened.ok ? welcome(reply, opened.value) : sendRefusal(request, reply, opened.refusal)
  })
  scope.get('/api/session/me', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return view(mustHaveSession(request), timeZone)
  })
  scope.post('/api/session/signOut', async (request, reply) => {
    mustHaveSession(request)
    await sessions.signOut(request.cookies[name] ?? '')
    reply.clearCookie(name, { path: '/', secure })
    return {}
  })
  scope.post('/api/session/signOutEverywhere', async (request, reply) => {
    await sessions.signOutEverywhere(mustHaveSession(request).user.id)
    reply.clearCookie(name, { path: '/', secure })
    return {}
  })
  scope.post('/api/session/changePassword', { config: { rateLimit } }, async (request, reply) => {
    const { user } = mustHaveSession(request)
    const changed: Result<unknown> = await sessions.proving(user.id, () =>
      options.runner.execute(options.changePassword, user, request.body),
    )
    if (!changed.ok) return sendRefusal(request, reply, changed.refusal)
    // The change ended every session, this one too; its owner has just proved who they are.
    return welcome(reply, await sessions.open(user.id, agentOf(request)))
  })
}

const addressOf = (request: FastifyRequest): string => request.ip
const agentOf = (request: FastifyRequest): string => request.headers['user-agent'] ?? ''

function mustHaveSession(request: FastifyRequest): Session {
  mustBeSomebody(request)
  if (!request.session) throw new RefusedError(refuse('access.unauthenticated').refusal)
  return request.session
}

function view(session: Session, timeZone: string): z.infer<typeof sessionSchema> {
  const { user, login, lang, csrf, expiresAtMs } = session
  const { id, name, roles: held, staffId } = user
  return { user: { id, login, name, roles: [...held], staffId, lang }, csrf, expiresAtMs, timeZone }
}
