import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readInput } from '../access/command.ts'
import type { MediaStore } from '../contract/ports.ts'
import { optionalText, text } from '../contract/text.ts'
import type { Log } from '../kernel/log.ts'
import { RefusedError, type Result, refuse } from '../kernel/result.ts'
import { type ById, sendFile } from './media.ts'
import { sendRefusal } from './refusal.ts'
import { logRefusals } from './refusal-log.ts'
import { securityHeaders } from './security-headers.ts'
import type { VisibleFile } from './stored-files.ts'

/** What an engineer may do on the page of a job. */
const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('accept') }),
  z.object({ act: z.literal('reject'), reason: optionalText(500).default(null) }),
  z.object({ act: z.literal('start') }),
  z.object({ act: z.literal('hold'), reason: text(500), untilMs: z.int().min(0) }),
  z.object({ act: z.literal('resume') }),
  z.object({
    act: z.literal('resolve'),
    text: optionalText(4000).default(null),
    values: z.record(z.string().max(40), z.json()).default({}),
  }),
  z.object({ act: z.literal('note'), text: text(4000) }),
])
export type EngineerAct = z.infer<typeof actSchema>

/** What the engineers' page may ask and do, by signed links only (web/engineer/README.md). */
export interface EngineerDesk {
  /** The job behind a link; null when it is as the page has `seen` it. */
  job(link: string, seen: string): Promise<Result<unknown>>
  /** Does something once, however often its `actionId` comes; answers the job as it is then, null when it is not theirs any more. */
  act(link: string, actionId: string, act: EngineerAct): Promise<Result<unknown>>
  /** A file of the job. */
  file(link: string, id: string): Promise<Result<VisibleFile>>
}

/** Requests of one address in a minute: an office behind one address, with pages that look again and again. */
const perMinute = { read: 600, write: 60 }

const query = z.object({ link: z.string().max(200), seen: z.string().max(200).default('') })
const act = z.object({
  link: z.string().max(200),
  actionId: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  do: actSchema,
})

interface EngineerOptions {
  readonly desk: EngineerDesk
  readonly media: MediaStore
  readonly https: boolean
  readonly log: Log
}

/** The page's own addresses: `/e/api/job`, `/e/api/act`, `/e/api/file/:id`. */
export function registerEngineer(
  server: FastifyInstance,
  { desk, media, https, log }: EngineerOptions,
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
    const headers = securityHeaders(https)
    scope.addHook('onSend', async (_request, reply) => {
      reply.headers(headers)
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    })
    const asked = (request: FastifyRequest) => {
      const read = query.safeParse(request.query)
      if (!read.success) throw new RefusedError(refuse('job_link.invalid').refusal)
      return read.data
    }
    scope.get('/e/api/job', async (request, reply) => {
      const { link, seen } = asked(request)
      return send(request, reply, await desk.job(link, seen))
    })
    scope.post('/e/api/act', async (request, reply) => {
      const read = readInput(act, request.body)
      if (!read.ok) return sendRefusal(request, reply, read.refusal)
      return send(request, reply, await desk.act(read.value.link, read.value.actionId, read.value.do))
    })
    scope.get<ById>('/e/api/file/:id', async (request, reply) => {
      const { link } = asked(request)
      const { id } = request.params
      const found = z.uuid().safeParse(id).success
        ? await desk.file(link, id)
        : refuse('not_found', { what: 'file' })
      return found.ok
        ? await sendFile(request, reply, found.value, { media })
        : sendRefusal(request, reply, found.refusal)
    })
  })
}

function send(request: FastifyRequest, reply: FastifyReply, result: Result<unknown>) {
  if (!result.ok) return sendRefusal(request, reply, result.refusal)
  return result.value === null ? reply.code(204).send() : reply.send(result.value)
}
