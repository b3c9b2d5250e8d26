import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readInput } from '../access/command.ts'
import type { Log } from '../kernel/log.ts'
import { RefusedError, type Result, refuse } from '../kernel/result.ts'
import { drain } from './body.ts'
import { sendRefusal } from './refusal.ts'
import { logRefusals } from './refusal-log.ts'
import { securityHeaders } from './security-headers.ts'

/** What the customer's pages may ask, by signed tokens only (web/customer/README.md). */
export interface CustomerDesk {
  /** What the form of a printed code shows. */
  link(token: string): Promise<Result<unknown>>
  /** Takes one file for a form. */
  upload(
    token: string,
    file: {
      readonly declaredType: string
      readonly content: AsyncIterable<Uint8Array>
    },
  ): Promise<Result<unknown>>
  /** How far a request is. */
  progress(token: string): Promise<Result<unknown>>
  /** Presses for it; answers how far it is then. */
  expedite(token: string): Promise<Result<unknown>>
  /** Takes what the customer writes; stored when it answers, and the same id with the same words is the same message. */
  reply(token: string, reply: { readonly replyId: string; readonly text: string }): Promise<Result<unknown>>
}

/** Largest upload that is read at all; the desk's own limits by kind are lower. */
const uploadBytes = 64 * 1024 * 1024
/** Requests of one address in a minute: a household behind one address, with a page that polls. */
const perMinute = { read: 300, write: 60 }

const query = z.object({ link: z.string().max(200).default(''), receipt: z.string().max(200).default('') })
const body = z.object({ receipt: z.string().max(200) })
const replyBody = z.object({
  receipt: z.string().max(200),
  replyId: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  text: z
    .string()
    .transform((text) => text.replaceAll('\u0000', '').toWellFormed().trim())
    .pipe(z.string().min(1).max(2000)),
})

/** The pages' own addresses: `/c/api/link`, `/c/api/upload`, `/c/api/progress`, `/c/api/expedite`, `/c/api/reply`. */
export function registerCustomer(
  server: FastifyInstance,
  { desk, https, log }: { readonly desk: CustomerDesk; readonly https: boolean; readonly log: Log },
): void {
  server.register(async (scope) => {
    logRefusals(scope, log)
    await scope.register(rateLimit, {
      hook: 'onRequest',
      timeWindow: 60_000,
      max: (request) => (request.method === 'GET' ? perMinute.read : perMinute.write),
      keyGenerator: (request) => `${request.method} ${request.ip}`,
      errorResponseBuilder: (_request, { ttl }) =>
        new RefusedError(refuse('request.rate_limited', { waitMs: ttl }).refusal),
    })
    const headers = { ...securityHeaders(https), 'cache-control': 'no-store' }
    scope.addHook('onSend', async (_request, reply) => {
      reply.headers(headers)
    })
    const tokens = (request: FastifyRequest) => {
      const read = query.safeParse(request.query)
      if (!read.success) throw new RefusedError(refuse('link.invalid').refusal)
      return read.data
    }
    scope.get('/c/api/link', async (request, reply) =>
      send(request, reply, await desk.link(tokens(request).link)),
    )
    scope.get('/c/api/progress', async (request, reply) =>
      send(request, reply, await desk.progress(tokens(request).receipt)),
    )
    scope.post('/c/api/expedite', async (request, reply) => {
      const read = body.safeParse(request.body)
      if (!read.success) throw new RefusedError(refuse('link.invalid').refusal)
      return send(request, reply, await desk.expedite(read.data.receipt))
    })
    scope.post('/c/api/reply', async (request, reply) => {
      const read = readInput(replyBody, request.body)
      if (!read.ok) return sendRefusal(request, reply, read.refusal)
      const { receipt, ...written } = read.value
      return send(request, reply, await desk.reply(receipt, written), 202)
    })
    scope.register(async (files) => {
      files.removeAllContentTypeParsers()
      // Streamed to the media store; never held in memory.
      files.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      files.post('/c/api/upload', { bodyLimit: uploadBytes }, async (request, reply) => {
        // Whoever stops reading must not end the request: nothing would be read or closed then until the sender gives up.
        const content = request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
        const declaredType = request.headers['content-type'] ?? ''
        const taken = await desk.upload(tokens(request).link, { declaredType, content })
        if (!request.raw.complete && !drain(request.raw)) reply.header('connection', 'close')
        return send(request, reply, taken, 201)
      })
    })
  })
}

function send(request: FastifyRequest, reply: FastifyReply, result: Result<unknown>, status = 200) {
  return result.ok ? reply.code(status).send(result.value) : sendRefusal(request, reply, result.refusal)
}
