import { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { can, type Permission } from '../access/index.ts'
import type { MediaStore } from '../contract/ports.ts'
import { refuse } from '../kernel/result.ts'
import { mustBeSomebody } from './authenticate.ts'
import { readRange } from './byte-range.ts'
import { contentDisposition, displayName } from './disposition.ts'
import { notFound } from './failure.ts'
import { mailPage } from './mail-page.ts'
import { sendRefusal } from './refusal.ts'
import type { Files, VisibleFile } from './stored-files.ts'

/** Types that a browser shows without running anything. SVG and HTML are not among them. */
const shownInline =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|(?:audio|video)\/[\w.+-]+|application\/pdf|text\/plain)$/

/** What agents may attach. */
const acceptedUploads = [
  'image/*',
  'audio/*',
  'video/*',
  'text/plain',
  'text/csv',
  'application/pdf',
  'application/zip',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]

/** Who may upload: whoever answers customers, edits the catalogue or works on a ticket. */
const uploaders: Permission = {
  roles: ['supervisor', 'agent', 'dispatcher', 'engineer'],
  scopes: ['conversations:write', 'tickets:write'],
}

/** The answer to an upload. */
export const uploadedSchema = z.object({
  hash: z.string(),
  size: z.number().int(),
  /** The type that the content shows. */
  contentType: z.string(),
  name: z.string(),
})

export interface MediaRouteOptions {
  readonly media: MediaStore
  readonly files: Files
  /** Largest upload, bytes. */
  readonly maxUploadBytes: number
}

/** A file by its id; `?download` never shows it in place. */
export type ById = { Params: { id: string }; Querystring: { download?: string } }

/** Files: `/api/attachments/:id`, `/api/media/:hash`, `/api/messages/:id/html`, and the upload `POST /api/media`. */
export function registerMedia(scope: FastifyInstance, options: MediaRouteOptions): void {
  const { files } = options
  scope.register(multipart, { throwFileSizeLimit: false })
  scope.get<ById>('/api/attachments/:id', async (request, reply) => {
    const actor = mustBeSomebody(request)
    const { id } = request.params
    const file = z.uuid().safeParse(id).success ? await files.attachment(actor, id) : null
    return file ? await sendFile(request, reply, file, options) : notFound(request, reply, 'file', id)
  })
  scope.get<ById>('/api/media/:id', async (request, reply) => {
    const actor = mustBeSomebody(request)
    const { id } = request.params
    const file = /^[0-9a-f]{64}$/.test(id) ? await files.byHash(actor, id) : null
    return file ? await sendFile(request, reply, file, options) : notFound(request, reply, 'file', id)
  })
  scope.get<ById>('/api/messages/:id/html', async (request, reply) => {
    const actor = mustBeSomebody(request)
    const { id } = request.params
    const found = z.uuid().safeParse(id).success ? await files.messageHtml(actor, id) : null
    if (!found) return notFound(request, reply, 'message', id)
    const { headers, body } = await mailPage(found, options.media)
    return reply.headers(headers).send(body)
  })
  scope.post('/api/media', (request, reply) => upload(request, reply, options))
}

/** Answers a file, or the range of it that was asked for; shown in place where that runs nothing. */
export async function sendFile(
  request: FastifyRequest<ById>,
  reply: FastifyReply,
  file: VisibleFile,
  { media }: Pick<MediaRouteOptions, 'media'>,
): Promise<FastifyReply> {
  // The file itself says how large it is and what it holds: what a row says of it may be older, or somebody's word.
  const stored = await media.look(file.hash, file.contentType)
  if (!stored) return notFound(request, reply, 'file', file.name)
  const { size, contentType } = stored
  const inline = shownInline.test(contentType) && request.query.download === undefined
  reply.headers({
    'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', file.name),
    'cache-control': 'private, max-age=86400',
    etag: `"${file.hash}"`,
    'accept-ranges': 'bytes',
    // A sandboxed PDF would not be shown by browsers; it runs nothing of ours anyway.
    ...(contentType === 'application/pdf'
      ? {}
      : { 'content-security-policy': "sandbox; default-src 'none'" }),
  })
  if (request.headers['if-none-match'] === `"${file.hash}"`) return reply.code(304).send()
  const range = readRange(request.headers.range, size)
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${size}`).send()
  }
  reply.type(contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType)
  const length = range ? range.end - range.start + 1 : size
  reply.header('content-length', String(length))
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  return reply.send(Readable.from(await media.stream(file.hash, range ?? undefined), { objectMode: false }))
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  options: MediaRouteOptions,
): Promise<FastifyReply> {
  if (!can(mustBeSomebody(request), uploaders)) {
    return sendRefusal(request, reply, refuse('access.forbidden', { action: 'media.upload' }).refusal)
  }
  if (!request.isMultipart()) {
    const type = request.headers['content-type'] ?? ''
    return sendRefusal(request, reply, refuse('request.unsupported_type', { type }).refusal)
  }
  const limit = options.maxUploadBytes
  const part = await request.file({ limits: { files: 1, fields: 5, fileSize: limit + 1 } })
  if (!part) {
    const issue = { path: 'file', message: 'one file is needed', messageZh: '请选择一个文件' }
    return sendRefusal(request, reply, refuse('request.invalid', {}, [issue]).refusal)
  }
  // Whoever stops reading must not end the stream: what is left of a refused file is read, or the answer waits for the sender.
  const content: AsyncIterable<Uint8Array> = part.file.iterator({ destroyOnReturn: false })
  const stored = await options.media.put(content, {
    declaredType: part.mimetype,
    maxBytes: limit,
    accept: acceptedUploads,
  })
  part.file.resume()
  if (!stored.ok) return sendRefusal(request, reply, stored.refusal)
  return reply.header('cache-control', 'no-store').send({ ...stored.value, name: displayName(part.filename) })
}
