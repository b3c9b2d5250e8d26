import { createConnection, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { buildServer } from '../../../src/http/server.ts'
import { ok } from '../../../src/kernel/result.ts'
import { toyDeps } from './hub.ts'

const opened: (FastifyInstance | Socket)[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await ('destroy' in each ? each.destroy() : each.close())
})

/** A listening hub; `upload` answers when `letGo` is called, and its reading ends after the first bytes. */
async function listening(stopPatienceMs: number) {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const deps = toyDeps()
  const server = buildServer({
    ...deps,
    stopPatienceMs,
    customers: {
      ...deps.customers,
      async upload(_token, { content }) {
        for await (const _ of content) break
        await held
        return ok({})
      },
    },
  })
  opened.push(server)
  await server.listen({ port: 0, host: '127.0.0.1' })
  return { server, letGo, port: (server.server.address() as { port: number }).port }
}

function send(port: number, length: number, body: string): Socket {
  const socket = createConnection(port, '127.0.0.1')
  opened.push(socket)
  socket.on('error', () => {})
  socket.write(
    `POST /c/api/upload?link=x HTTP/1.1\r\nhost: hub\r\ncontent-type: image/png\r\ncontent-length: ${length}\r\n\r\n${body}`,
  )
  return socket
}

const answerOf = async (socket: Socket) =>
  String(await new Promise((resolve) => socket.once('data', resolve))).split('\r\n', 1)[0]

const connections = (server: FastifyInstance) =>
  new Promise<number>((resolve) => server.server.getConnections((_error, count) => resolve(count)))

describe('a server that closes', () => {
  it('waits for a request that runs, and not for its connection', async () => {
    const { server, letGo, port } = await listening(3_600_000)
    const socket = send(port, 4, 'four')
    await expect.poll(() => connections(server)).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closed = server.close()
    letGo()
    expect(await answerOf(socket)).toBe('HTTP/1.1 201 Created')
    await closed
  })

  it('waits for a sender who never ends as long as it has patience', async () => {
    const { server, letGo, port } = await listening(300)
    letGo()
    const socket = send(port, 1_000_000, 'a few')
    expect(await answerOf(socket)).toBe('HTTP/1.1 201 Created')
    await server.close()
    expect(await connections(server)).toBe(0)
  })

  it('reads a refused file to its end, so that the connection serves the next request', async () => {
    const { letGo, port } = await listening(300)
    letGo()
    const socket = send(port, 1_000_000, 'a few')
    expect(await answerOf(socket)).toBe('HTTP/1.1 201 Created')
    socket.write('b'.repeat(1_000_000 - 5))
    socket.write('GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n')
    expect(await answerOf(socket)).toBe('HTTP/1.1 200 OK')
  })
})
