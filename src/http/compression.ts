import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

const zip = promisify(gzip)

/** Smaller answers cost more to compress than they save, bytes. */
const worthBytes = 1024

/** Whether a client takes gzip: named, or any encoding, and not with the weight 0. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map(
    (acceptEncoding ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return [name, weight === undefined ? 1 : Number(weight.slice(2))]
    }),
  )
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}

/**
 * Compresses JSON answers of a scope. Files are streams and server-sent events are written by hand: neither comes by here. The
 * answer that carries a session's secret is left alone, so that its length says nothing.
 */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '')
    if (typeof payload !== 'string' || !/^(?:application|text)\//.test(type)) return payload
    if (request.url.startsWith('/api/session/')) return payload
    if (Buffer.byteLength(payload) < worthBytes) return payload
    reply.header('vary', 'accept-encoding')
    if (!takesGzip(request.headers['accept-encoding'])) return payload
    reply.removeHeader('content-length').header('content-encoding', 'gzip')
    return await zip(payload)
  })
}
