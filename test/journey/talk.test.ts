import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import { ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { testHub } from '../hub.ts'

const patience = { timeout: 60_000, interval: 100 }

/** A whole hub over HTTP, with WeCom's customer service on loopback. */
async function startWorld() {
  const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
  const test = await testHub({ env })
  const links = ticketLinks(randomBytes(32).toString('hex'))
  const server = await serveHub(test.hub, links, readConfig({ DATA_DIR: test.dataDir, ...env }))
  const hubUrl = await server.listen({ port: 0, host: '127.0.0.1' })
  // The emulator is told where the hub listens once the account has an address.
  const options = { callbackUrl: '', redeliverMs: 50 }
  const kf = await startKfEmulator(options)
  const config = {
    corpId: kf.account.corpId,
    secret: kf.account.secret,
    token: kf.account.keys.token,
    aesKey: kf.account.keys.aesKey,
    baseUrl: kf.url,
  }
  const { id } = await test.run('channel.create', { kind: 'wecom-kf', name: '微信客服', config })
  options.callbackUrl = `${hubUrl}/channels/wecom-kf/${id}`
  await test.hub.start(true)
  return { test, server, kf }
}

describe('a customer who writes to customer service in WeChat', { timeout: 240_000 }, () => {
  let world: Awaited<ReturnType<typeof startWorld>>
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(async () => {
    await world.server.close()
    await world.test.close()
    await world.kf.close()
  })

  const screen = (user: string) => world.kf.screen(user).map(({ words }) => words)
  /** Waits until the customer reads something. */
  const reads = (user: string, words: RegExp) =>
    expect.poll(() => screen(user).find((each) => words.test(each)), patience).toBeDefined()

  it('is asked for the address, answers, gets a ticket with it, and is told later who comes', async () => {
    const { kf, test } = world
    const { db } = test.fresh.database
    const user = kf.newCustomer()
    await kf.say(user, '空调不制冷了,麻烦来修一下,电话13605712844')
    await reads(user, /请留下地址[\s\S]*我送过去[\s\S]*稍后提供/)
    expect(await db.selectFrom('ticket').select('id').execute()).toEqual([])

    const answer = '杭州市西湖区文三路259号1幢302室'
    await kf.say(user, answer)
    await reads(user, /工单号/)
    const ticket = await db.selectFrom('ticket').selectAll().executeTakeFirstOrThrow()
    expect(ticket).toMatchObject({ phone: '13605712844', city: '杭州市', district: '西湖区' })
    const said = await db
      .selectFrom('message')
      .select('id')
      .where('text', '=', answer)
      .executeTakeFirstOrThrow()
    const fields = ticket.fields as { address: { evidence: { from: { turn: string }[] }[] } }
    const turns = fields.address.evidence.flatMap(({ from }) => from.map(({ turn }) => turn))
    expect(new Set(turns)).toEqual(new Set([said.id]))

    const engineer = await test.run('staff.create', { number: '1', name: '王建国', duties: ['engineer'] })
    await test.run('ticket.assign', { ticketId: ticket.id, engineerId: engineer.id })
    await kf.say(user, '师傅到哪了?')
    await reads(user, new RegExp(`您的工单 ${ticket.number} 已安排王师傅处理`))
    const timeline = await db
      .selectFrom('ticket_event')
      .select(['type', 'payload'])
      .where('type', 'in', ['asked', 'answered'])
      .orderBy('seq')
      .execute()
    expect(timeline).toMatchObject([
      { type: 'asked', payload: { field: 'address', outcome: 'answered' } },
      { type: 'answered', payload: { kind: 'progress' } },
    ])
  })

  it('taps a quick reply, and the ticket opens with that choice on its timeline', async () => {
    const { kf, test } = world
    const user = kf.newCustomer()
    await kf.say(user, '冰箱不制冷了,麻烦来修一下,电话13605712855')
    await reads(user, /我送过去/)
    await kf.tap(user, '我送过去')
    await reads(user, /工单号/)
    const asked = await test.fresh.database.db
      .selectFrom('ticket_event')
      .select('payload')
      .where('type', '=', 'asked')
      .orderBy('at', 'desc')
      .executeTakeFirstOrThrow()
    expect(asked.payload).toMatchObject({
      ...{ field: 'address', outcome: 'chosen', choice: '我送过去' },
      evidence: { kind: 'span', quote: '我送过去' },
    })
  })
})
