import type { AddressInfo } from 'node:net'
import { createConnection, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountId, toyHub } from './hub.ts'

const megabyte = Buffer.alloc(1024 * 1024, 'x')

describe('a refusal of a body that nobody reads', () => {
  const { server } = toyHub()
  let port: number

  beforeAll(async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    port = (server.server.address() as AddressInfo).port
  })
  afterAll(() => server.close())

  /** Sends `megabytes` as a proxy does: to the end, and reads the answer only then. Rejects when the connection is reset. */
  async function post(path: string, length: string, megabytes: number): Promise<string> {
    const socket: Socket = createConnection(port, '127.0.0.1')
    let answer = ''
    const over = new Promise<string>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', () => resolve(answer))
    })
    over.catch(() => {})
    socket.write(`POST ${path} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n${length}\r\n\r\n`)
    for (let sent = 0; sent < megabytes && !socket.destroyed; sent++) {
      await new Promise<void>((resolve) => socket.write(megabyte, () => resolve()))
      await pause(5)
    }
    socket.on('data', (chunk) => {
      answer += chunk
      socket.end()
    })
    return over
  }
  const known = `/channels/toy/${accountId}`
  const unknown = '/channels/toy/0199a000-0000-7000-8000-00000000dead'

  it.each([
    ['of an account that does not exist', unknown, 'channel.unknown', 404],
    ['that is too large for its channel', known, 'request.too_large', 413],
    ['that is too large for a command', '/api/thing/greet', 'request.too_large', 413],
  ])('reaches a sender who reads it only after the whole body, %s', async (_, path, code, status) => {
    const answer = await post(path, `content-length: ${8 * megabyte.length}`, 8)
    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer).toContain(code)
    expect(answer).not.toContain('connection: close')
  })

  it.each([
    ['longer than anybody waits for', `content-length: ${65 * megabyte.length}`],
    ['without a length', 'transfer-encoding: chunked'],
  ])('ends the connection when the body is %s', async (_, length) => {
    expect(await post(unknown, length, 0)).toContain('connection: close')
  })
})
