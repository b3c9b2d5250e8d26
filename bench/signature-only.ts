// The ceiling of `ingest`: a bare Fastify handler that only checks the signature. Run by bench/ingest.ts as a process of its own.
import Fastify from 'fastify'
import { verifySigned } from '../channels/_kit/standard-webhooks.ts'

const secret = process.argv[2]!
const server = Fastify({ logger: false })
server.removeAllContentTypeParsers()
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
server.post('/check', async (request, reply) => {
  const verified = verifySigned(
    {
      method: 'POST',
      path: '/check',
      query: {},
      headers: request.headers as Record<string, string>,
      body: request.body as Buffer,
      remoteAddress: '',
      receivedAtMs: Date.now(),
    },
    [secret],
    Date.now(),
  )
  reply.code(verified.ok ? 202 : 401)
  return { ok: verified.ok }
})
await server.listen({ host: '127.0.0.1', port: 0 })
const address = server.server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
process.on('disconnect', () => process.exit())
