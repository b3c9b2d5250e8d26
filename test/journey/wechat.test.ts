import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOaEmulator } from '../../channels/wechat-oa/emulator/index.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import { ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { sql } from '../../src/store/index.ts'
import { testHub } from '../hub.ts'

const patience = { timeout: 40_000, interval: 50 }
const fault = '杭州市西湖区文三路259号,家里空调不制冷了,电话13605712844,麻烦明天下午来修'

/** A whole hub over HTTP, with WeChat's and WeCom's side on loopback. */
async function startWorld() {
  const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
  const test = await testHub({ env })
  const links = ticketLinks(randomBytes(32).toString('hex'))
  const server = await serveHub(test.hub, links, readConfig({ DATA_DIR: test.dataDir, ...env }))
  const hubUrl = await server.listen({ port: 0, host: '127.0.0.1' })
  // The emulators are told where the hub listens once the accounts have an address.
  const oaOptions = { callbackUrl: '', redeliverMs: 50 }
  const kfOptions = { callbackUrl: '', redeliverMs: 50 }
  const oa = await startOaEmulator(oaOptions)
  const kf = await startKfEmulator(kfOptions)
  const oaConfig = {
    appId: oa.account.appId,
    appSecret: oa.account.appSecret,
    token: oa.account.keys.token,
    aesKey: oa.account.keys.aesKey,
    baseUrl: oa.url,
  }
  const kfConfig = {
    corpId: kf.account.corpId,
    secret: kf.account.secret,
    token: kf.account.keys.token,
    aesKey: kf.account.keys.aesKey,
    baseUrl: kf.url,
    welcomeText: '您好,请描述故障。',
  }
  const make = async (kind: string, config: object) => {
    const { id } = await test.run('channel.create', { kind, name: kind, config })
    return { id: id as string, url: `${hubUrl}/channels/${kind}/${id}` }
  }
  const oaAccount = await make('wechat-oa', oaConfig)
  const kfAccount = await make('wecom-kf', kfConfig)
  oaOptions.callbackUrl = oaAccount.url
  kfOptions.callbackUrl = kfAccount.url
  await test.hub.start(true)
  return { test, server, oa, kf, oaAccount, kfAccount }
}

describe('a customer of WeChat and a whole hub', () => {
  let world: Awaited<ReturnType<typeof startWorld>>
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(async () => {
    await world.server.close()
    await world.test.close()
    await world.oa.close()
    await world.kf.close()
  })

  /** The customer's conversation, as soon as it has a ticket. */
  async function ticketed(accountId: string): Promise<string> {
    const { db } = world.test.fresh.database
    const read = () =>
      db
        .selectFrom('conversation as c')
        .innerJoin('conversation_ticket as t', 't.conversationId', 'c.id')
        .select('c.id')
        .where('c.accountId', '=', accountId)
        .executeTakeFirst()
    await expect.poll(async () => (await read())?.id, patience).toBeDefined()
    return (await read())!.id
  }

  it('lets the vendors’ pages save the addresses, and refuses who has not the keys', async () => {
    const { oa, kf, oaAccount, kfAccount } = world
    const oaCheck = oa.addressCheck()
    const oaEcho = await fetch(`${oaAccount.url}?${new URLSearchParams({ ...oaCheck })}`)
    expect([oaEcho.status, await oaEcho.text()]).toEqual([200, oaCheck.echostr])
    const kfCheck = kf.addressCheck()
    const kfEcho = await fetch(`${kfAccount.url}?${new URLSearchParams({ ...kfCheck.query })}`)
    expect([kfEcho.status, await kfEcho.text()]).toEqual([200, kfCheck.answer])
    for (const { url } of [oaAccount, kfAccount]) {
      const forged = await fetch(`${url}?signature=x&msg_signature=x&timestamp=1&nonce=1`, {
        method: 'POST',
        body: '<xml><Encrypt>x</Encrypt></xml>',
      })
      expect(forged.status).toBe(401)
      expect(await forged.text()).not.toContain('at ')
    }
  })

  it('makes a ticket of what a follower writes, and brings the agent’s answer to the phone', async () => {
    const { oa, oaAccount, test } = world
    const user = oa.newFollower()
    expect(await oa.say(user, fault)).toBe(1)
    expect(await oa.sendImage(user, Buffer.from('ffd8ffe000104a4649460001', 'hex'))).toBe(1)
    const conversationId = await ticketed(oaAccount.id)
    await test.run('outbox.reply', { conversationId, text: '师傅明天下午两点到。' })
    await expect
      .poll(() => oa.screen(user).map(({ words }) => words), patience)
      .toContain('师傅明天下午两点到。')
    const file = () => test.fresh.database.db.selectFrom('attachment').select('state').executeTakeFirst()
    await expect.poll(async () => (await file())?.state, patience).toBe('stored')
  })

  it('answers within WeChat’s five seconds in one try when the store is slow', async () => {
    const { oa, oaAccount, test } = world
    const { db } = test.fresh.database
    const lines = () => db.selectFrom('envelope').select('id').where('accountId', '=', oaAccount.id).execute()
    const before = (await lines()).length
    // Two seconds during which nothing can be stored.
    let release = () => {}
    const held = test.fresh.database.transaction(async (tx) => {
      await sql`lock table envelope in exclusive mode`.execute(tx)
      await new Promise<void>((resolve) => {
        release = resolve
        setTimeout(resolve, 2000)
      })
    })
    const tries = await oa.say(oa.newFollower(), '您好')
    release()
    await held
    expect(tries).toBe(1)
    expect((await lines()).length).toBe(before + 1)
  })

  it('welcomes who enters customer service, pulls what is announced, and answers there', async () => {
    const { kf, kfAccount, test } = world
    const user = kf.newCustomer()
    await kf.enter(user)
    await expect
      .poll(() => kf.screen(user).map(({ words }) => words), patience)
      .toContain('您好,请描述故障。')
    await kf.say(user, fault)
    const conversationId = await ticketed(kfAccount.id)
    await test.run('outbox.reply', { conversationId, text: '师傅已经出发。' })
    await expect.poll(() => kf.screen(user).map(({ words }) => words), patience).toContain('师傅已经出发。')
    const { db } = test.fresh.database
    const said = await db
      .selectFrom('message')
      .select(['text', 'authorName'])
      .where('conversationId', '=', conversationId)
      .where('author', '=', 'customer')
      .execute()
    expect(said).toMatchObject([{ text: fault, authorName: expect.stringContaining('微信用户') }])
  })

  it('finds what was announced to nobody, by its own look', async () => {
    const { kf, kfAccount, test } = world
    kf.loseCallbacks(1)
    const user = kf.newCustomer()
    await kf.say(user, '有人吗')
    // A saved account connects anew, and the first thing that a connection does is to look.
    const { accounts } = (await test.ask('channel.list', {})) as {
      accounts: { id: string; version: number }[]
    }
    const { version } = accounts.find(({ id }) => id === kfAccount.id)!
    await test.run('channel.update', { id: kfAccount.id, version, name: '微信客服' })
    const { db } = test.fresh.database
    const found = () => db.selectFrom('message').select('id').where('text', '=', '有人吗').executeTakeFirst()
    await expect.poll(found, patience).toBeDefined()
    const state = () =>
      db
        .selectFrom('connection_state')
        .select('state')
        .where('accountId', '=', kfAccount.id)
        .executeTakeFirst()
    await expect.poll(async () => (await state())?.state, patience).toBe('up')
  })

  describe('with the code of a device', () => {
    let deviceId: string
    let token: string
    beforeAll(async () => {
      const { test } = world
      await test.run('channel.create', { kind: 'qr', name: '扫码报修', config: {} })
      await test.run('category.create', { name: '空调', aliases: [] })
      await test.run('model.create', { model: 'KFR-35GW', category: '空调' })
      const address = { province: '浙江省', city: '杭州市', district: '西湖区', detail: '文三路259号' }
      const who = { customerName: '裘文杰', phone: '13605712844', address }
      const made = await test.run('device.create', { serialNumber: 'HZ-AC-0001', model: 'KFR-35GW', ...who })
      deviceId = String(made.id)
      await test.hub.registry.refresh()
      const label = await test.ask('catalogue.label', { kind: 'device', id: deviceId })
      token = /[\w-]{63}$/.exec(String(label.url))![0]
    })

    /** Devices of the tickets that came of what somebody said. */
    async function devicesOf(accountId: string, user: string) {
      const rows = await world.test.fresh.database.db
        .selectFrom('ticket as t')
        .innerJoin('conversation_ticket as ct', 'ct.ticketId', 't.id')
        .innerJoin('conversation as c', 'c.id', 'ct.conversationId')
        .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
        .select('t.deviceId')
        .where('c.accountId', '=', accountId)
        .where('i.externalId', '=', user)
        .execute()
      return rows.map((row) => row.deviceId)
    }

    it('offers the chat for the sticker where the account has a link, with the device in it', async () => {
      const { test, kfAccount } = world
      const label = () => test.ask('catalogue.label', { kind: 'device', id: deviceId })
      expect(await label()).toMatchObject({ chats: [] })
      const { accounts } = (await test.ask('channel.list', {})) as {
        accounts: { id: string; version: number; config: object }[]
      }
      const { version, config } = accounts.find(({ id }) => id === kfAccount.id)!
      const entryLink = 'https://work.weixin.qq.com/kfid/kfc1?enc_scene=ENC1'
      await test.run('channel.update', { id: kfAccount.id, version, config: { ...config, entryLink } })
      await test.hub.registry.refresh()
      expect(await label()).toMatchObject({
        chats: [{ url: `${entryLink}&scene_param=${token}`, svg: expect.stringContaining('<svg') }],
      })
    })

    const codes = async () =>
      (await world.test.ask('catalogue.label', { kind: 'device', id: deviceId })) as unknown as {
        chats: { accountId: string; lifetime: string; url: string; svg: string; expiresAt: string | null }[]
        makeable: { accountId: string; lifetime: string }[]
      }

    it('has WeChat make its codes once, however many ask at a time, and follows whoever scans them', async () => {
      const { test, oa, oaAccount } = world
      for (const lifetime of ['permanent', 'temporary']) {
        const order = { kind: 'device', id: deviceId, accountId: oaAccount.id, lifetime }
        expect((await codes()).makeable).toContainEqual(expect.objectContaining({ lifetime }))
        await Promise.all([1, 2, 3].map(() => test.run('catalogue.makeCode', order)))
        await test.run('catalogue.makeCode', order)
      }
      expect(oa.codes.size).toBe(2)
      const made = (await codes()).chats.filter((each) => each.accountId === oaAccount.id)
      expect(made.map(({ lifetime, expiresAt }) => [lifetime, expiresAt !== null])).toEqual([
        ['permanent', false],
        ['temporary', true],
      ])
      for (const { url, svg } of made) {
        expect(svg).toContain('<svg')
        const user = oa.newFollower()
        expect(await oa.scanCode(user, url)).toBe(1)
        expect(await oa.say(user, '不制冷了,麻烦明天下午来修')).toBe(1)
        await expect.poll(() => devicesOf(oaAccount.id, user), patience).toEqual([deviceId])
      }
    })

    it('says why WeChat makes no code, and is asked again later', async () => {
      const { test, oa, oaAccount } = world
      const made = await test.run('device.create', { serialNumber: 'HZ-AC-0002', model: 'KFR-35GW' })
      const order = { kind: 'device', id: made.id, accountId: oaAccount.id, lifetime: 'permanent' }
      oa.closed.add('qrcode')
      await expect(test.run('catalogue.makeCode', order)).rejects.toThrow(
        /entry_code\.refused.*48001.*没有此接口权限/,
      )
      oa.closed.clear()
      await test.run('catalogue.makeCode', order)
      const qr = { ...order, accountId: deviceId }
      await expect(test.run('catalogue.makeCode', qr)).rejects.toThrow('channel.unknown')
    })

    it('has WeCom make one link for all devices, and follows whoever enters by it', async () => {
      const { test, kf, kfAccount } = world
      const { accounts } = (await test.ask('channel.list', {})) as {
        accounts: { id: string; version: number; config: object }[]
      }
      const { version, config } = accounts.find(({ id }) => id === kfAccount.id)!
      await test.run('channel.update', {
        id: kfAccount.id,
        version,
        config: { ...config, entryLink: null },
      })
      const { devices } = (await test.ask('device.list', {})) as { devices: { id: string }[] }
      for (const { id } of devices) {
        const order = { kind: 'device', id, accountId: kfAccount.id, lifetime: 'permanent' }
        await test.run('catalogue.makeCode', order)
      }
      expect(devices.length).toBeGreaterThan(1)
      expect(kf.links.size).toBe(1)
      const { url } = (await codes()).chats.find((each) => each.accountId === kfAccount.id)!
      const user = kf.newCustomer()
      await kf.enterBy(user, url)
      await kf.say(user, '滴水,麻烦派人来修')
      await expect.poll(() => devicesOf(kfAccount.id, user), patience).toEqual([deviceId])
    })

    it('knows the machine of a follower who scanned it', async () => {
      const { oa, oaAccount } = world
      const user = oa.newFollower()
      expect(await oa.scan(user, token)).toBe(1)
      expect(await oa.say(user, '不制冷了,麻烦明天下午来修')).toBe(1)
      await expect.poll(() => devicesOf(oaAccount.id, user), patience).toEqual([deviceId])
    })

    it('knows it of somebody who followed by it', async () => {
      const { oa, oaAccount } = world
      const user = oa.newFollower()
      expect(await oa.subscribe(user, token)).toBe(1)
      expect(await oa.say(user, '外机有异响,麻烦派人来修')).toBe(1)
      await expect.poll(() => devicesOf(oaAccount.id, user), patience).toEqual([deviceId])
    })

    it('knows it of somebody who entered customer service by its link', async () => {
      const { kf, kfAccount } = world
      const user = kf.newCustomer()
      await kf.enter(user, '', token)
      await kf.say(user, '滴水,麻烦派人来修')
      await expect.poll(() => devicesOf(kfAccount.id, user), patience).toEqual([deviceId])
    })
  })
})
