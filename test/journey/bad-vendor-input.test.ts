import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardSecretOf, dingtalkConfigSchema } from '../../channels/dingtalk/config.ts'
import { startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import { startCallCenter } from '../../channels/phone-webhook/emulator/call-center.ts'
import { presets } from '../../channels/phone-webhook/presets.ts'
import { formLifeMs, signLink, signPass } from '../../channels/qr/token.ts'
import { signed as signedOa, xmlOf } from '../../channels/wechat-oa/emulator/callbacks.ts'
import { newOaAccount } from '../../channels/wechat-oa/emulator/index.ts'
import { startWecomEmulator, textXml } from '../../channels/wecom/emulator/index.ts'
import { announcement, sealed as sealedKf } from '../../channels/wecom-kf/emulator/callbacks.ts'
import { newKfAccount } from '../../channels/wecom-kf/emulator/index.ts'
import { ensureLinkKey, ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { testHub } from '../hub.ts'

/** A request as it goes over the line. */
interface Wire {
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Status and code of a refusal. */
type Refused = readonly [number, string]

/** One way in which a vendor posts, and what each kind of bad request is told there. */
interface Endpoint {
  readonly kind: string
  readonly config: object
  /** A request that the vendor would make for this account; `id` names the message. */
  genuine(id: string, nowMs: number, accountId: string): Wire
  /** The member of the query or the header that proves the sender. */
  readonly proof: string
  readonly truncated: Refused
  readonly misencoded: Refused
  /** A day and an hour later. */
  readonly captured: Refused
  /** Envelopes of a genuine request; default one. */
  readonly rows?: number
}

const startMs = Date.parse('2026-11-27T02:00:00Z')
const day = 86_400_000
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const whsec = `whsec_${randomBytes(32).toString('base64')}`
const unsigned: Refused = [401, 'signature.missing']
const wrong: Refused = [401, 'signature.invalid']
const late: Refused = [401, 'signature.expired']
const malformed: Refused = [400, 'request.malformed']
const tooLarge: Refused = [413, 'request.too_large']

/** The form behind one device's code. */
function qrEndpoint(): Endpoint {
  const linkSecrets = [randomBytes(32).toString('base64url')]
  return {
    kind: 'qr',
    config: { linkSecrets },
    genuine(id, nowMs, accountId) {
      const device = '00000000-0000-4000-8000-0000000000d1'
      const link = signLink({ accountId, kind: 'device', id: device, linkVersion: 1 }, linkSecrets)
      const pass = signPass(link, { version: 1, expiresAtMs: nowMs + formLifeMs }, linkSecrets)
      const form = { submissionId: `submission-${id}`, lang: 'zh', fault: '不制冷', phone: '13605712844' }
      const body = text({ link, ...form, name: '裘文杰', uploads: [] })
      return { headers: { 'content-type': 'application/json', 'x-form-pass': pass }, body }
    },
    proof: 'x-form-pass',
    truncated: malformed,
    misencoded: malformed,
    captured: [410, 'link.expired'],
  }
}

const apiEndpoint: Endpoint = {
  kind: 'api',
  config: { signingSecrets: [whsec] },
  genuine(id, nowMs) {
    const body = text({ sender: { id: 'u1' }, text: '空调不制冷' })
    const time = String(Math.floor(nowMs / 1000))
    const mac = createHmac('sha256', Buffer.from(whsec.slice(6), 'base64')).update(`${id}.${time}.`)
    const signature = `v1,${mac.update(body).digest('base64')}`
    const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature }
    return { headers: { 'content-type': 'application/json', ...headers }, body }
  },
  proof: 'webhook-signature',
  truncated: wrong,
  misencoded: wrong,
  captured: late,
}

/** What no vendor posts: these accounts hear over connections of their own. */
const deaf = (kind: string, config: object): Endpoint => ({
  kind,
  config,
  genuine: () => ({ headers: { 'x-frame-proof': 'a'.repeat(64) }, body: text({ msgid: '1' }) }),
  proof: 'x-frame-proof',
  truncated: unsigned,
  misencoded: unsigned,
  captured: unsigned,
})

const oa = newOaAccount()
const kf = newKfAccount()
const mailbox = { host: '127.0.0.1', port: 1, security: 'none' }

describe('what a stranger posts where vendors post', () => {
  const clock = manualClock(startMs)
  const wecom = startWecomEmulator({ now: () => clock.now() })
  const dingtalk = startDingtalkEmulator()
  const feishu = new FeishuEmulator({ mode: 'webhook', now: () => clock.now() })
  const center = startCallCenter('generic', { now: () => clock.now() })
  const accounts = new Map<string, string>()
  let test: Awaited<ReturnType<typeof testHub>>
  let server: Awaited<ReturnType<typeof serveHub>>
  let url: string
  let endpoints: Readonly<Record<string, Endpoint>>

  async function makeEndpoints(): Promise<Readonly<Record<string, Endpoint>>> {
    const [app, robot, calls] = await Promise.all([wecom, dingtalk, center, feishu.start()])
    const { corpId, agentId, secret, token, aesKey } = app.state
    const oaConfig = {
      appId: oa.appId,
      appSecret: oa.appSecret,
      token: oa.keys.token,
      aesKey: oa.keys.aesKey,
    }
    const oaMessage = (id: string) =>
      xmlOf({
        ToUserName: 'gh_1',
        FromUserName: 'oA1',
        CreateTime: 1,
        MsgType: 'text',
        Content: id,
        MsgId: id,
      })
    const wechat = (mode: 'plain' | 'secure', config: object): Endpoint => ({
      kind: 'wechat-oa',
      config,
      genuine(id, nowMs) {
        const { query, body } = signedOa(oaMessage(id), nowMs, oa.keys, mode)
        return { query, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) }
      },
      proof: mode === 'plain' ? 'signature' : 'msg_signature',
      truncated: unsigned,
      misencoded: wrong,
      captured: late,
    })
    const robotMessage = (id: string) =>
      JSON.stringify(robot.message('u1', { msgtype: 'text', text: { content: id } }, { msgId: id }))
    const eventConfig = { eventToken: robot.eventKeys.token, eventAesKey: robot.eventKeys.aesKey }
    const ding = (genuine: Endpoint['genuine'], proof: string): Endpoint => ({
      kind: 'dingtalk',
      config: { ...robot.settings(), mode: 'http', ...eventConfig },
      genuine,
      proof,
      truncated: malformed,
      misencoded: malformed,
      captured: late,
    })
    const wire = ({ query, headers, body }: Awaited<ReturnType<typeof robot.signedRobotRequest>>): Wire => ({
      query,
      headers,
      body: Buffer.from(body),
    })
    return {
      'wechat-oa (safe mode)': wechat('secure', { ...oaConfig, baseUrl: 'http://127.0.0.1:1' }),
      'wecom-kf': {
        kind: 'wecom-kf',
        config: {
          ...{ corpId: kf.corpId, secret: kf.secret, token: kf.keys.token, aesKey: kf.keys.aesKey },
          baseUrl: 'http://127.0.0.1:1',
        },
        genuine(id, nowMs) {
          const { query, body } = sealedKf(announcement(kf.corpId, kf.openKfId, id, nowMs), nowMs, kf.keys)
          return { query, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) }
        },
        proof: 'msg_signature',
        truncated: unsigned,
        misencoded: wrong,
        captured: late,
      },
      wecom: {
        kind: 'wecom',
        config: { corpId, agentId, secret, token, aesKey, baseUrl: app.url },
        genuine(id, nowMs) {
          const body = app.body(app.xml('lishifu', textXml('你好', id), nowMs))
          return { query: app.query(body, nowMs), headers: { 'content-type': 'text/xml' }, body }
        },
        proof: 'msg_signature',
        truncated: malformed,
        misencoded: malformed,
        captured: late,
      },
      'dingtalk (robot)': ding(
        (id, nowMs) => wire(robot.signedRobotRequest(robotMessage(id), nowMs)),
        'sign',
      ),
      'dingtalk (card)': ding((id, nowMs) => {
        const pressed = JSON.stringify(robot.pressData('u1', id, 'accept'))
        return wire(
          robot.signedCardRequest(pressed, nowMs, cardSecretOf(dingtalkConfigSchema.parse(robot.settings()))),
        )
      }, 'x-ddpaas-signature'),
      // Its seal has no time of ours to judge by, and it says nothing about a conversation.
      'dingtalk (event)': {
        ...ding(
          (_id, nowMs) => wire(robot.sealedEventRequest({ EventType: 'check_url' }, nowMs)),
          'msg_signature',
        ),
        ...{ truncated: unsigned, misencoded: wrong, captured: [200, ''], rows: 0 },
      },
      'feishu (webhook)': {
        kind: 'feishu',
        config: {
          mode: 'webhook',
          ...{ appId: feishu.appId, appSecret: feishu.appSecret, encryptKey: feishu.encryptKey },
          baseUrl: feishu.baseUrl,
        },
        genuine(id, nowMs) {
          const { headers, body } = feishu.signed(feishuEvent(id), nowMs)
          return { headers, body: new Uint8Array(body) }
        },
        proof: 'x-lark-signature',
        truncated: wrong,
        misencoded: wrong,
        captured: late,
      },
      'phone-webhook': {
        kind: 'phone-webhook',
        config: { ...presets.find(({ key }) => key === 'generic')!.config, signSecret: calls.secret },
        genuine: (id, nowMs) => {
          const [first] = calls.pushes({ ...calls.call({}), id }, nowMs)
          return first!.push
        },
        proof: 'x-signature',
        truncated: malformed,
        misencoded: malformed,
        captured: late,
      },
      qr: qrEndpoint(),
      api: apiEndpoint,
      'wecom-bot': deaf('wecom-bot', { botId: 'bot', secret: 'a'.repeat(32), wsUrl: 'ws://127.0.0.1:1' }),
      email: deaf('email', {
        ...{ address: 'a@example.com', password: 'secret-1', imap: mailbox, smtp: mailbox },
      }),
    }
  }

  const feishuEvents = new Map<string, object>()
  /** The same event for the same id. */
  function feishuEvent(id: string): object {
    const event = feishuEvents.get(id) ?? feishu.write('王芳', 'text', { text: id }).event
    feishuEvents.set(id, event)
    return event
  }

  beforeAll(async () => {
    const env = { ALLOW_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://hub.example' }
    test = await testHub({ env, clock })
    const links = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx)))
    server = await serveHub(test.hub, links, readConfig({ DATA_DIR: test.dataDir, ...env }))
    url = await server.listen({ port: 0, host: '127.0.0.1' })
    endpoints = await makeEndpoints()
    for (const [name, { kind, config }] of Object.entries(endpoints)) {
      const { id } = await test.run('channel.create', { kind, name, config })
      accounts.set(name, String(id))
    }
    await test.hub.registry.refresh()
  })
  afterAll(async () => {
    await server.close()
    await test.close()
    await Promise.all([(await wecom).stop(), (await dingtalk).stop(), (await center).close(), feishu.stop()])
  })

  async function post(name: string, { query = {}, headers = {}, body }: Wire) {
    const at = `${url}/channels/${endpoints[name]!.kind}/${accounts.get(name)}?${new URLSearchParams(query)}`
    return await answerOf(fetch(at, { method: 'POST', headers, body: Buffer.from(body) }))
  }

  /** How many rows the account has. */
  async function envelopes(name: string): Promise<number> {
    const rows = await test.fresh.database.db
      .selectFrom('envelope')
      .select('id')
      .where('accountId', '=', accounts.get(name)!)
      .execute()
    return rows.length
  }

  const posting = [
    'wechat-oa (safe mode)',
    'wecom-kf',
    'wecom',
    'dingtalk (robot)',
    'dingtalk (card)',
    'dingtalk (event)',
    'feishu (webhook)',
    'phone-webhook',
    'qr',
    'api',
  ]
  const silent = ['wecom-bot', 'email']

  describe.each([...posting, ...silent])('%s', (name) => {
    const genuine = (id: string) => endpoints[name]!.genuine(id, clock.now(), accounts.get(name)!)
    const proven = posting.includes(name)

    it('refuses what is forged, truncated, mis-encoded and too large, without a word of the inside and a row', async () => {
      const { proof, truncated, misencoded } = endpoints[name]!
      const good = genuine('message-1')
      const forge = (values: Wire['headers'] = {}) =>
        Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, key === proof ? backwards(value) : value]),
        )
      const forged = { ...good, query: forge(good.query), headers: forge(good.headers) }
      const refused = proven ? wrong : unsigned
      expect([await post(name, forged), 'forged']).toEqual([refused, 'forged'])
      const half = { ...good, body: good.body.subarray(0, Math.floor(good.body.length / 2)) }
      expect([await post(name, half), 'truncated']).toEqual([truncated, 'truncated'])
      const garbled = { ...good, body: misencode(good.body) }
      expect([await post(name, garbled), 'mis-encoded']).toEqual([misencoded, 'mis-encoded'])
      const large = { ...good, body: new Uint8Array(21 * 1024 * 1024).fill(0x61) }
      expect([await post(name, large), 'too large']).toEqual([tooLarge, 'too large'])
      expect(await envelopes(name)).toBe(0)
    })

    it.runIf(proven)(
      'takes what is genuine, once however often it is played again, and not for ever',
      async () => {
        const good = genuine('message-2')
        const [first] = await post(name, good)
        expect([200, 202]).toContain(first)
        expect((await post(name, good))[0]).toBe(first)
        const { captured, rows = 1 } = endpoints[name]!
        expect(await envelopes(name)).toBe(rows)
        clock.advance(day + 3_600_000)
        expect(await post(name, good)).toEqual(captured)
        expect(await envelopes(name)).toBe(rows)
      },
    )
  })
})

describe('what a stranger asks of the customers’ pages', () => {
  const json = { 'content-type': 'application/json' }
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  let test: Awaited<ReturnType<typeof testHub>>
  let server: Awaited<ReturnType<typeof serveHub>>
  let url: string
  let link: string
  let receipt: string

  const ask = (path: string) => answerOf(fetch(`${url}/c/api/${path}`))
  const post = (path: string, body: BodyInit, headers: Record<string, string> = json) =>
    answerOf(fetch(`${url}/c/api/${path}`, { method: 'POST', headers, body }))
  const rows = async () => (await test.fresh.database.db.selectFrom('envelope').select('id').execute()).length

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://hub.example' }
    test = await testHub({ env })
    const links = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx)))
    server = await serveHub(test.hub, links, readConfig({ DATA_DIR: test.dataDir, ...env }))
    url = await server.listen({ port: 0, host: '127.0.0.1' })
    await test.run('channel.create', { kind: 'qr', name: '扫码报修', config: {} })
    await test.run('category.create', { name: '空调', aliases: [] })
    await test.run('model.create', { model: 'KFR-35GW', category: '空调' })
    const device = {
      serialNumber: 'HZ-AC-0001',
      model: 'KFR-35GW',
      customerName: '裘文杰',
      phone: '13605712844',
    }
    const address = { province: '浙江省', city: '杭州市', district: '西湖区', detail: '文三路259号' }
    const { id } = await test.run('device.create', { ...device, address })
    await test.hub.registry.refresh()
    const label = await test.ask('catalogue.label', { kind: 'device', id })
    link = /[\w-]{63}$/.exec(String(label.url))![0]
    const form = (await (await fetch(`${url}/c/api/link?link=${link}`)).json()) as Record<string, string>
    const said = { submissionId: 'abcdef0123456789', lang: 'zh', fault: '空调不制冷', phone: '13605712844' }
    const sent = await fetch(`${url}/channels/qr/${form.accountId}`, {
      method: 'POST',
      headers: { ...json, 'x-form-pass': form.pass! },
      body: JSON.stringify({ link, ...said, name: '裘文杰', uploads: [] }),
    })
    receipt = ((await sent.json()) as { receipt: string }).receipt
    await test.hub.settle()
  })
  afterAll(async () => {
    await server.close()
    await test.close()
  })

  const invalid: Refused = [404, 'link.invalid']

  it.each(['link', 'progress'])(
    '%s refuses a token that is forged, cut, endless or no text',
    async (page) => {
      const [name, token] = page === 'link' ? ['link', link] : ['receipt', receipt]
      expect(await ask(`${page}?${name}=${token}`)).toEqual([200, ''])
      const bad = [backwards(token), token.slice(0, 30), 'A'.repeat(10_000), '%ff%fe%00', '', `${token}%00`]
      for (const given of bad)
        expect([given, await ask(`${page}?${name}=${given}`)]).toEqual([given, invalid])
    },
  )

  it('upload refuses a token that is wrong, what is no picture, what is cut, and what is too large', async () => {
    const image = { 'content-type': 'image/png' }
    for (const token of [backwards(link), link.slice(0, 30), '%ff%fe'])
      expect(await post(`upload?link=${token}`, png, image)).toEqual(invalid)
    const refused: Refused = [415, 'media.type_refused']
    expect(await post(`upload?link=${link}`, '<html><script>1</script>', image)).toEqual(refused)
    expect(await post(`upload?link=${link}`, Buffer.from([0xff, 0xfe, 0, 1]), image)).toEqual(refused)
    const large = Buffer.alloc(60 * 1024 * 1024)
    png.copy(large)
    expect((await post(`upload?link=${link}`, large, image))[0]).toBe(413)
  })

  it.each(['expedite', 'reply'])(
    '%s refuses what is forged, cut, mis-encoded and too large, and keeps nothing',
    async (page) => {
      const before = await rows()
      const words = { replyId: 'reply-000001', text: '还要多久' }
      const body = (token: string) => JSON.stringify({ receipt: token, ...(page === 'reply' ? words : {}) })
      expect(await post(page, body(backwards(receipt)))).toEqual(invalid)
      expect(await post(page, body(receipt.slice(0, 30)))).toEqual(invalid)
      expect(await post(page, body(receipt).slice(0, 20))).toEqual(malformed)
      expect(
        (await post(page, Buffer.from(misencode(Buffer.from(body(receipt))))))[0],
      ).toBeGreaterThanOrEqual(400)
      expect(await post(page, `${' '.repeat(30_000_000)}${body(receipt)}`)).toEqual(tooLarge)
      expect(await rows()).toBe(before)
    },
  )

  it('takes a reply that is played again once', async () => {
    const before = await rows()
    const body = JSON.stringify({ receipt, replyId: 'reply-000002', text: '还要多久' })
    expect(await post('reply', body)).toEqual([202, ''])
    expect(await post('reply', body)).toEqual([202, ''])
    expect(await rows()).toBe(before + 1)
  })
})

/** Status and code of an answer; `''` where it is no refusal. Whatever the answer is, it shows nothing of the program. */
async function answerOf(asked: Promise<Response>): Promise<Refused> {
  const answer = await asked
  const body = await answer.text()
  expect(body).not.toMatch(/\n\s+at |node_modules|\.ts:\d|\/src\//)
  if (answer.status < 400) return [answer.status, '']
  return [answer.status, (JSON.parse(body) as { error: { code: string } }).error.code]
}

/** As long as it was, and wrong. */
const backwards = (proof: string) => [...proof].reverse().join('')

/** Bytes in the middle that are no UTF-8. */
function misencode(body: Uint8Array): Uint8Array {
  const garbled = new Uint8Array(body)
  const middle = Math.floor(body.length / 2)
  garbled.set([0xff, 0xfe, 0xc0], middle)
  return garbled
}
