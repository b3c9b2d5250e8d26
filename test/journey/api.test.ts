import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import { type TestHub, testHub } from '../hub.ts'

const callbackSecret = `whsec_${randomBytes(32).toString('base64')}`

interface Got {
  readonly path: string
  readonly event: { readonly [member: string]: unknown }
}

describe('a program files a request, follows it and gets the answers', () => {
  let test: TestHub
  let server: Awaited<ReturnType<typeof serveHub>>
  let caller: Server
  let hubUrl: string
  let accountId: string
  let token: string
  let tokenId: string
  let hookSecret = ''
  const got: Got[] = []
  const refusals: object[] = []

  beforeAll(async () => {
    caller = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const secret = request.url === '/hooks' ? hookSecret : callbackSecret
      const body = Buffer.concat(chunks).toString()
      const event = new Webhook(secret).verify(body, request.headers as Record<string, string>)
      got.push({ path: request.url!, event: event as Got['event'] })
      response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => caller.listen(0, '127.0.0.1', resolve))
    const callerUrl = `http://127.0.0.1:${(caller.address() as AddressInfo).port}`
    const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
    const log: Log = { ...silentLog, info: (fields) => refusals.push(fields), child: () => log }
    test = await testHub({ env, log })
    server = await serveHub(
      test.hub,
      ticketLinks(randomBytes(32).toString('hex')),
      readConfig({ DATA_DIR: test.dataDir, ...env }),
    )
    hubUrl = await server.listen({ port: 0, host: '127.0.0.1' })
    const config = { callbackUrl: `${callerUrl}/answers`, callbackSecrets: [callbackSecret] }
    accountId = (await test.run('channel.create', { kind: 'api', name: '商城', config })).id as string
    const scopes = ['intake']
    const made = await test.run('token.create', { name: '商城', scopes, accountId })
    token = made.token as string
    tokenId = made.id as string
    const hook = { name: '商城', url: `${callerUrl}/hooks`, events: ['ticket.*', 'message.sent'] }
    hookSecret = (await test.run('webhook.create', hook)).secret as string
    await test.hub.start(true)
  })

  afterAll(async () => {
    await server.close()
    await test.close()
    caller.closeAllConnections()
    caller.close()
  })

  async function post(key: string, body: object): Promise<{ status: number; body: Record<string, string> }> {
    const response = await fetch(`${hubUrl}/channels/api/${accountId}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }

  async function follow(receipt: string, bearer = token): Promise<unknown> {
    const response = await fetch(hubUrl + receipt, { headers: { authorization: `Bearer ${bearer}` } })
    return await response.json()
  }

  const answers = () => got.filter((g) => g.path === '/answers').map((g) => g.event)
  const hooks = () => got.filter((g) => g.path === '/hooks').map((g) => g.event.type)
  const patience = { timeout: 15_000, interval: 50 }

  it('files it, and is told the ticket number and the progress page', async () => {
    const filed = await post('order-1', {
      sender: { id: 'u-1', name: '裘文杰' },
      text: '杭州市西湖区文三路259号,家里空调不制冷了,电话13605712844,麻烦明天下午来修',
    })
    expect(filed.status).toBe(202)
    await vi.waitFor(() => expect(answers()).toHaveLength(1), patience)
    const ticket = await test.fresh.database.db.selectFrom('ticket').selectAll().executeTakeFirstOrThrow()
    expect(answers()[0]).toMatchObject({ to: 'u-1', automatic: true, reference: ticket.number })
    expect(answers()[0]?.text).toContain(ticket.number)
    expect(answers()[0]?.text).toContain('https://hub.example/c/t/')
    expect(answers()[0]?.thread).toBe(filed.body.thread)
    await vi.waitFor(
      async () =>
        expect(await follow(filed.body.receipt!)).toMatchObject({
          state: 'read',
          ticket: { number: ticket.number },
          answers: [{ author: 'system' }],
        }),
      patience,
    )
    const foreign = await test.run('channel.create', { kind: 'api', name: '另一家', config: {} })
    const other = { name: '另一家', scopes: ['intake'], accountId: foreign.id }
    const { token: otherToken } = await test.run('token.create', other)
    expect(await follow(filed.body.receipt!, otherToken as string)).toMatchObject({
      error: { code: 'not_found' },
    })
    await vi.waitFor(
      () => expect(hooks()).toEqual(expect.arrayContaining(['ticket.opened', 'message.sent'])),
      patience,
    )
  })

  it('gets an agent’s answer once and tells that it was read, which the conversation then shows', async () => {
    const { id: conversationId } = await test.fresh.database.db
      .selectFrom('conversation')
      .select('id')
      .executeTakeFirstOrThrow()
    await test.run('outbox.reply', { conversationId, text: '师傅明天下午两点到', key: 'press-0001' })
    await vi.waitFor(() => expect(answers()).toHaveLength(2), patience)
    const answer = answers()[1]!
    expect(answer).toMatchObject({ text: '师傅明天下午两点到', automatic: false, part: 1, parts: 1 })
    const told = await post('read-1', { kind: 'receipt', messageId: answer.messageId, status: 'read' })
    expect(told.status).toBe(202)
    const deliveryOf = async () =>
      (
        await test.fresh.database.db
          .selectFrom('message')
          .select('delivery')
          .where('author', '=', 'agent')
          .executeTakeFirstOrThrow()
      ).delivery
    await vi.waitFor(async () => expect(await deliveryOf()).toBe('read'), patience)
  })

  it('is told the request id under which the log names it, when a key is used again for something else', async () => {
    const { status, body } = await post('order-1', { sender: { id: 'u-1' }, text: '冰箱漏水' })
    const { code, requestId } = body.error as unknown as { code: string; requestId: string }
    expect([status, code]).toEqual([409, 'request.conflict'])
    expect(refusals).toContainEqual({ requestId, channel: 'api', code })
  })

  it('is refused with a token that was revoked, from the next look at the accounts on', async () => {
    await test.run('token.revoke', { id: tokenId })
    await vi.waitFor(
      async () => expect((await post('order-2', { sender: { id: 'u-1' } })).status).toBe(401),
      patience,
    )
  })
})
