import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeSafeFetch, type SafeFetchSettings } from '../../../src/app/io/safe-fetch.ts'
import { FetchError } from '../../../src/contract/ports.ts'

let server: Server
let port: number
const seen: string[] = []
beforeAll(async () => {
  // All of 127.0.0.0/8 reaches this server; the tests allow 127.0.0.2 only.
  server = createServer()
  new WebSocketServer({ server }).on('connection', (socket, request) => {
    seen.push(request.socket.localAddress!)
    socket.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const resolve: NonNullable<SafeFetchSettings['resolve']> = async (host) =>
  host === 'inner.test' ? ['127.0.0.1'] : host === 'public.test' ? ['93.184.216.34'] : ['127.0.0.2']
const make = (settings: SafeFetchSettings = {}) =>
  makeSafeFetch({ allow: ['127.0.0.2'], resolve, ...settings }).agentFor

/** Opens a socket as the channels do; resolves when it was open. */
async function open(url: string, agentFor = make()): Promise<void> {
  const socket = new WebSocket(url, { agent: await agentFor(url) })
  await new Promise<void>((done, fail) => socket.once('open', () => done()).once('error', fail))
}
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof FetchError)) throw new Error(`expected a FetchError, got ${String(error)}`)
  return error.refusal
}

describe('the agent for WebSockets that somebody else named', () => {
  it('connects to what an administrator allowed', async () => {
    await open(`ws://127.0.0.2:${port}/`)
    await open(`ws://named.test:${port}/`)
    expect(seen.splice(0)).toEqual(['127.0.0.2', '127.0.0.2'])
  })

  it.each(['inner.test', '127.0.0.1', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.8'])(
    'refuses %s before anything is dialled',
    async (host) => {
      expect(await refusal(open(`ws://${host}:${port}/`))).toMatchObject({ code: 'fetch.private_address' })
      expect(await refusal(open(`wss://${host}:${port}/`))).toMatchObject({ code: 'fetch.private_address' })
      expect(seen).toEqual([])
    },
  )

  it('takes no open line to a public host, and nothing that is no WebSocket', async () => {
    const agentFor = make()
    await agentFor('wss://public.test/')
    for (const url of ['ws://public.test/', 'https://public.test/', 'file:///etc/passwd', 'nonsense'])
      expect(await refusal(agentFor(url))).toMatchObject({ code: 'fetch.failed' })
  })

  it('does not follow a name that leads elsewhere after it was checked (DNS rebinding)', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    let asked = 0
    const agentFor = make({ resolve: async () => answers[Math.min(asked++, 1)]! })
    expect(await refusal(open(`ws://rebind.test:${port}/`, agentFor))).toMatchObject({
      code: 'fetch.private_address',
    })
    expect(asked).toBe(2)
    expect(seen).toEqual([])
  })
})
