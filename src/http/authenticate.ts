import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Session, Sessions, TokenActor } from '../access/index.ts'
import type { Actor } from '../contract/actor.ts'
import { RefusedError, refuse } from '../kernel/result.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, as far as the request proves it; null for nobody. */
    actor: Actor | null
    /** The console session, when a cookie proved it. */
    session: Session | null
  }
  interface FastifyContextConfig {
    /** The route proves its caller anew (sign-in); a session that happens to be there gives it nothing. */
    withoutCsrf?: boolean
  }
}

/** Finds out who asks. */
export interface Identities {
  readonly sessions: Sessions
  /** The program behind a bearer token; null when it is unknown or revoked. */
  token(value: string): Promise<TokenActor | null>
  /** The customer behind a signed link (`Authorization: Link …`, or `?link=` on files); null when it does not hold. */
  link(value: string): Promise<Extract<Actor, { kind: 'link' }> | null>
}

/**
 * The cookie's name. `__Host-` binds it to this host and path over https (RFC 6265bis); browsers refuse that prefix on plain
 * http, where the console of a trial runs.
 */
export const cookieName = (secure: boolean): string => (secure ? '__Host-yitong' : 'yitong')

const schemes = /^(Bearer|Link) +([\x21-\x7e]{1,2000})$/i
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface AuthenticationOptions {
  readonly identities: Identities
  /** True when the world reaches the hub over https. */
  readonly secure: boolean
}

/** Who a request proves to come from: bearer token, signed link or session cookie, in this order. */
async function identify(
  request: FastifyRequest,
  { identities, secure }: AuthenticationOptions,
): Promise<{ readonly actor: Actor | null; readonly session: Session | null }> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const actor = await byHeader(authorization, identities)
    if (!actor) throw new RefusedError(refuse('access.unauthenticated').refusal)
    return { actor, session: null }
  }
  const value = request.cookies[cookieName(secure)]
  const session = value ? await identities.sessions.resume(value) : null
  return { actor: session?.user ?? null, session }
}

/** Adds `request.actor` and `request.session` to a scope. */
export function registerAuthentication(scope: FastifyInstance, options: AuthenticationOptions): void {
  scope.decorateRequest('actor', null)
  scope.decorateRequest('session', null)
  scope.addHook('onRequest', async (request) => {
    const { actor, session } = await identify(request, options)
    const checked = !safeMethods.has(request.method) && !request.routeOptions.config.withoutCsrf
    if (session && checked && !sameToken(request.headers['x-csrf-token'], session.csrf)) {
      throw new RefusedError(refuse('access.csrf').refusal)
    }
    request.session = session
    request.actor = actor
  })
}

/** Whether whoever made a request is still there and is still who they were: for answers that take long. */
export async function isStillValid(
  request: FastifyRequest,
  options: AuthenticationOptions,
): Promise<boolean> {
  try {
    const { actor } = await identify(request, options)
    return JSON.stringify(actor) === JSON.stringify(request.actor)
  } catch (error) {
    if (error instanceof RefusedError) return false
    throw error
  }
}

async function byHeader(authorization: string, identities: Identities): Promise<Actor | null> {
  const [, scheme, value] = schemes.exec(authorization) ?? []
  if (!scheme || !value) return null
  return scheme.toLowerCase() === 'bearer' ? await identities.token(value) : await identities.link(value)
}

function sameToken(given: string | string[] | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(String(given ?? '')), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The actor; throws the refusal when nobody is signed in. */
export function mustBeSomebody(request: FastifyRequest): Actor {
  if (!request.actor) throw new RefusedError(refuse('access.unauthenticated').refusal)
  return request.actor
}
