import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { can } from '../access/index.ts'
import { sha256 } from '../kernel/hash.ts'
import { refuse } from '../kernel/result.ts'
import type { Identities } from './authenticate.ts'
import type { Metrics } from './metrics.ts'
import { sendRefusal } from './refusal.ts'

/** Whether the hub can do its work now, part by part: `ok`, or what is wrong in a few words. */
export type Readiness = () => Promise<Readonly<Record<string, string>>>

export interface ProbeOptions {
  readonly readiness: Readiness
  readonly metrics: Metrics
  /** `METRICS_TOKEN`; null when none is configured. */
  readonly metricsToken: string | null
  readonly identities: Identities
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/
const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const

/** `/healthz` (the process lives), `/readyz` (it can work) and `/metrics` (Prometheus; this machine or a token). */
export function registerProbes(server: FastifyInstance, options: ProbeOptions): void {
  server.get('/healthz', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )
  server.get('/readyz', async (_request, reply) => {
    const checks = await options.readiness()
    const ready = Object.values(checks).every((check) => check === 'ok')
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store')
    return { status: ready ? 'ready' : 'not ready', checks }
  })
  server.get('/metrics', async (request, reply) => {
    if (!(await mayScrape(request, options))) {
      return sendRefusal(request, reply, refuse('access.unauthenticated').refusal)
    }
    const { contentType, body } = await options.metrics.text()
    return reply.type(contentType).header('cache-control', 'no-store').send(body)
  })
}

async function mayScrape(request: FastifyRequest, options: ProbeOptions): Promise<boolean> {
  const given = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given !== undefined) {
    const expected = options.metricsToken
    if (expected && timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(expected)))) return true
    const actor = await options.identities.token(given)
    return actor !== null && can(actor, { roles: [], scopes: ['metrics:read'] })
  }
  // A proxy on this machine speaks for the whole world.
  if (forwarded.some((name) => request.headers[name] !== undefined)) return false
  return loopback.test(request.socket.remoteAddress ?? '')
}
