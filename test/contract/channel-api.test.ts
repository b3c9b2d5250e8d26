import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiConfig, apiConfigSchema } from '../../channels/api/config.ts'
import { apiChannel } from '../../channels/api/index.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood, Vendor } from './channel-subject.ts'
import { openAccount, openWorld, type World } from './channel-world.ts'

const startMs = Date.now()
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))

function request(body: Uint8Array, headers: Record<string, string>, nowMs: number): RawRequest {
  const path = '/channels/api/a1'
  return { method: 'POST', path, query: {}, headers, body, remoteAddress: '127.0.0.1', receivedAtMs: nowMs }
}

/** A caller's program that takes answers: it believes only what the reference library believes, and remembers every id. */
async function startCaller(secret: string): Promise<Vendor<ApiConfig>> {
  const received = new Map<string, { words: string; reference: string }>()
  let next: Mood | null = null
  const statuses = { busy: 429, broken: 503, refusing: 422 }
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    if (incoming.url === '/file') return response.end('file content')
    const mood = next
    next = null
    if (mood === 'silent') return
    if (mood && mood !== 'expired') {
      return response.writeHead(statuses[mood], mood === 'busy' ? { 'retry-after': '7' } : {}).end()
    }
    const headers = incoming.headers as Record<string, string>
    const body = new Webhook(secret).verify(Buffer.concat(chunks).toString(), headers) as Record<
      string,
      string
    >
    received.set(headers['webhook-id']!, { words: body.text!, reference: body.reference! })
    return response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answers`
  return {
    config: { ...apiConfigSchema.parse({ callbackUrl }), callbackSecrets: [secret] },
    waitMs: 7000,
    mood(mood) {
      if (mood === 'expired') return { never: 'posts are signed; there is no token that could expire' }
      next = mood
      return undefined
    },
    received: () => [...received.values()],
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

let files: Awaited<ReturnType<typeof startCaller>>
let filesUrl: string
beforeAll(async () => {
  files = await startCaller(newSecret())
  filesUrl = files.config.callbackUrl!.replace('/answers', '/file')
})
afterAll(() => files.close())

/** What does not depend on how the caller proves itself. */
function common(config: ApiConfig) {
  return {
    channel: apiChannel,
    config,
    secretMembers: ['signingSecrets', 'callbackSecrets'],
    startMs,
    text: (text: string) => bytes({ sender: { id: 'user-1', name: '王芳' }, text }),
    unknown: bytes({ kind: 'hologram', sender: { id: 'user-1' } }),
    echo: { never: 'a caller files only what it wants to file; nothing is mirrored' },
    media: {
      body: bytes({ sender: { id: 'user-1' }, attachments: [{ name: 'a.txt', url: filesUrl }] }),
      content: new TextEncoder().encode('file content'),
    },
    accepts: (response: { status: number }) => response.status === 202,
    receiver: { to: 'user-1', thread: { thread: 'signature:m-1' } },
    wordsOf: (call: { body: Record<string, unknown> }) => String(call.body.text),
    vendor: () => startCaller(newSecret()),
  }
}

channelContract('api (signed)', async (): Promise<ChannelSubject<ApiConfig>> => {
  const signingSecrets = [newSecret(), newSecret()]
  const signed = (body: Uint8Array, id: string, nowMs: number, secret: string) => {
    const at = new Date(nowMs)
    const signature = new Webhook(secret).sign(id, at, Buffer.from(body))
    const timestamp = String(Math.floor(nowMs / 1000))
    return request(
      body,
      { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
      nowMs,
    )
  }
  return {
    ...common(apiConfigSchema.parse({ signingSecrets })),
    // The reference library signs text; other bytes would not be what it was given.
    sign: (body, id, nowMs) => signed(body, id, nowMs, signingSecrets[1]!),
    unsigned: (r) => ({ ...r, headers: { 'webhook-id': 'm-1', 'idempotency-key': 'm-1' } }),
    forged: (r) => signed(r.body, 'm-1', r.receivedAtMs, newSecret()),
    tampered: (r) => ({
      ...r,
      body: Buffer.from(Buffer.from(r.body).toString().replace('user-1', 'user-2')),
    }),
    toleranceMs: 5 * 60_000,
  }
})

channelContract('api (token)', async (): Promise<ChannelSubject<ApiConfig>> => {
  const token = randomBytes(24).toString('base64url')
  const by = (bearer: string, body: Uint8Array, id: string, nowMs: number) =>
    request(body, { authorization: `Bearer ${bearer}`, 'idempotency-key': id }, nowMs)
  return {
    ...common({
      ...apiConfigSchema.parse({}),
      tokens: [{ id: 't1', hash: sha256(token), scopes: ['intake'] }],
    }),
    sign: (body, id, nowMs) => by(token, body, id, nowMs),
    unsigned: (r) => ({ ...r, headers: { 'idempotency-key': 'm-1' } }),
    forged: (r) => by(randomBytes(24).toString('base64url'), r.body, 'm-1', r.receivedAtMs),
    tampered: () => ({ never: 'a token proves the caller, not the content; TLS protects that' }),
    toleranceMs: { never: 'a token has no time; the idempotency key makes a repeat harmless for 30 days' },
  }
})

describe('the api channel in the inbox', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  async function account() {
    const token = randomBytes(24).toString('base64url')
    const tokens = ['a', 'b'].map((id) => ({ id, hash: sha256(token + id), scopes: ['intake'] }))
    const config = { ...apiConfigSchema.parse({}), tokens }
    const subject = { channel: apiChannel, config, startMs } as unknown as ChannelSubject
    const opened = await openAccount(world, subject)
    const post = async (by: 'a' | 'b', key: string, body: object) => {
      const headers = { authorization: `Bearer ${token}${by}`, 'idempotency-key': key }
      const response = await opened.hear(request(bytes(body), headers, startMs))
      return { status: response?.status, body: JSON.parse(String(response?.body)) as Record<string, unknown> }
    }
    return { ...opened, post }
  }

  it('answers a repeat with the first answer, another content under the same key with a refusal, and another token’s key on its own', async () => {
    const a = await account()
    const body = { sender: { id: 'u1' }, text: '空调不制冷' }
    const first = await a.post('a', 'k1', body)
    const again = await a.post('a', 'k1', body)
    expect(first.status).toBe(202)
    expect(again.body).toEqual({ ...first.body, duplicate: true })
    const conflict = a.post('a', 'k1', { ...body, text: '冰箱漏水' })
    await expect(conflict).rejects.toThrow('request.conflict')
    expect((await a.post('b', 'k1', body)).body.duplicate).toBe(false)
    expect(await a.messages()).toHaveLength(2)
  })

  it('never stores the token that proved the caller', async () => {
    const a = await account()
    await a.post('a', 'k1', { sender: { id: 'u1' }, text: 'x' })
    const [envelope] = await a.envelopes()
    expect(Object.keys(envelope?.headers as object)).not.toContain('authorization')
  })

  it('puts what continues a request into its conversation and everything else into a new one', async () => {
    const a = await account()
    const sender = { id: 'u1' }
    const { body } = await a.post('a', 'k1', { sender, text: '空调不制冷' })
    await a.post('a', 'k2', { sender, text: '型号是 KFR-35GW', thread: body.thread })
    await a.post('a', 'k3', { sender, text: '另外冰箱也坏了' })
    const messages = await a.messages()
    const of = (text: string) => messages.find((m) => m.text.includes(text))?.conversationId
    expect(of('KFR')).toBe(of('空调'))
    expect(of('冰箱')).not.toBe(of('空调'))
  })
})
