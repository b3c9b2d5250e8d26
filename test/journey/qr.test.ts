import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureLinkKey, ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { serveHub } from '../../src/app/serve.ts'
import { type TestHub, testHub } from '../hub.ts'

type Json = Record<string, unknown>
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('a customer scans a sticker', () => {
  let test: TestHub
  let server: Awaited<ReturnType<typeof serveHub>>
  let deviceId: string
  let link: string
  let form: Json
  let receipt: string

  async function ask(method: 'GET' | 'POST', url: string, payload?: Json | Buffer, headers: Json = {}) {
    const answer = await server.inject({
      method,
      url,
      ...(payload ? { payload } : {}),
      headers: headers as Record<string, string>,
    })
    return { status: answer.statusCode, body: (answer.body ? answer.json() : null) as Json, answer }
  }

  const submission = (fields: Json = {}) => ({
    link,
    submissionId: 'abcdef0123456789',
    lang: 'zh',
    fault: '空调开了半小时还是不制冷,外机有异响',
    phone: '13705710099',
    name: '裘文杰',
    uploads: [] as Json[],
    ...fields,
  })
  const submit = (body: Json) =>
    ask('POST', `/channels/qr/${form.accountId}`, body, { 'x-form-pass': String(form.pass) })
  const progress = () => ask('GET', `/c/api/progress?receipt=${receipt}`)

  beforeAll(async () => {
    test = await testHub({ env: { PUBLIC_URL: 'https://service.example.cn' } })
    const config = readConfig({ DATA_DIR: test.dataDir, PUBLIC_URL: 'https://service.example.cn' })
    const links = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx)))
    server = await serveHub(test.hub, links, config)
    await test.run('channel.create', { kind: 'qr', name: '扫码报修', config: { hotline: '400-000-1234' } })
    await test.run('category.create', { name: '空调', aliases: ['冷气'] })
    await test.run('model.create', { model: 'KFR-35GW/B1', category: '空调' })
    const made = await test.run('device.create', {
      serialNumber: 'HZ-AC-0001',
      model: 'KFR-35GW/B1',
      customerName: '裘文杰',
      phone: '13605712844',
      address: {
        province: '浙江省',
        city: '杭州市',
        district: '西湖区',
        detail: '文三路259号昌地火炬大厦1号楼',
      },
      warrantyUntil: '2099-12-31',
    })
    deviceId = String(made.id)
    await test.hub.registry.refresh()
  })
  afterAll(async () => {
    await server.close()
    await test.close()
  })

  it('prints a code that leads to the form of the device', async () => {
    const label = await test.ask('catalogue.label', { kind: 'device', id: deviceId })
    const [, token] = /^https:\/\/service\.example\.cn\/c\/r\/([\w-]{63})$/.exec(String(label.url)) ?? []
    expect(token).toBeDefined()
    expect(String(label.svg)).toContain('<svg')
    link = token!
  })

  it('shows what is known of the device, and nothing that a stranger with the sticker should read', async () => {
    const shown = await ask('GET', `/c/api/link?link=${link}`)
    expect(shown.body).toMatchObject({
      accountName: '扫码报修',
      hotline: '400-000-1234',
      device: { category: '空调', model: 'KFR-35GW/B1', serialNumber: 'HZ-AC-0001', warranty: 'in' },
      address: '浙江省杭州市西湖区文三路**',
    })
    form = shown.body
    // Ids and the signed pass are random: three digits of a house number stand in one of them now and then.
    const { accountId: _id, pass: _pass, ...said } = shown.body
    for (const secret of ['裘文杰', '13605712844', '259']) expect(JSON.stringify(said)).not.toContain(secret)
  })

  it('takes a photo by its content, not by its declaration', async () => {
    const url = `/c/api/upload?link=${link}&name=x`
    const photo = await ask('POST', url, png, { 'content-type': 'image/jpeg' })
    expect(photo).toMatchObject({ status: 201, body: { contentType: 'image/png', size: png.length } })
    const page = await ask('POST', url, Buffer.from('<html><script>1</script>'), {
      'content-type': 'image/png',
    })
    expect(page.body).toMatchObject({ error: { code: 'media.type_refused' } })
    const program = await ask('POST', url, Buffer.from('MZ'), { 'content-type': 'application/x-msdownload' })
    expect(program.status).toBe(415)
    form = { ...form, upload: photo.body.upload }
  })

  it('stores the request before it answers, and answers with the place where its number will be', async () => {
    const sent = await submit(submission({ uploads: [{ upload: form.upload, name: '外机.png' }] }))
    expect(sent).toMatchObject({ status: 202, body: { duplicate: false } })
    receipt = String(sent.body.receipt)
    const again = await submit(submission({ uploads: [{ upload: form.upload, name: '外机.png' }] }))
    expect(again.body).toEqual({ receipt, duplicate: true })
    expect((await progress()).body).toMatchObject({ number: null, step: 'received' })
  })

  it('becomes one ticket whose machine is known from the records, and whose caller is who filled in the form', async () => {
    await test.hub.settle()
    const tickets = await test.fresh.database.db.selectFrom('ticket').selectAll().execute()
    expect(tickets).toHaveLength(1)
    expect(tickets[0]).toMatchObject({
      deviceId,
      productCategory: '空调',
      serialNumber: 'HZ-AC-0001',
      phone: '13705710099',
      city: '杭州市',
      channel: 'qr',
    })
    const fields = tickets[0]!.fields as Record<string, { evidence: Json[] }>
    expect(fields.serial_number?.evidence[0]).toMatchObject({ kind: 'record', table: 'device', id: deviceId })
    expect(fields.phone?.evidence[0]).toMatchObject({ kind: 'form' })
    const files = await test.fresh.database.db.selectFrom('attachment').selectAll().execute()
    expect(files).toMatchObject([{ name: '外机.png', state: 'stored', contentType: 'image/png' }])
  })

  it('shows the number and how far it is, and counts one reminder however often the button is tapped', async () => {
    const seen = await progress()
    expect(seen.body).toMatchObject({
      step: 'opened',
      expedited: 0,
      finished: false,
      hotline: '400-000-1234',
    })
    expect(String(seen.body.number)).toMatch(/\d/)
    const pressed = await ask('POST', '/c/api/expedite', { receipt })
    expect(pressed).toMatchObject({ status: 200, body: { expedited: 1 } })
    expect(pressed.body.expediteAfter).not.toBeNull()
    expect(await ask('POST', '/c/api/expedite', { receipt })).toMatchObject({
      status: 429,
      body: { error: { code: 'request.rate_limited' } },
    })
    expect((await progress()).body).toMatchObject({ expedited: 1 })
  })

  it('tells the next one with the same sticker that the fault is known, by its number only', async () => {
    const shown = await ask('GET', `/c/api/link?link=${link}`)
    const { number } = (await progress()).body
    expect(shown.body.open).toMatchObject([{ number }])
    for (const secret of ['裘文杰', '13705710099', '异响']) expect(shown.answer.body).not.toContain(secret)
  })

  it('joins what the customer changed and sent again to the same ticket', async () => {
    const more = await submit(submission({ fault: '空调不制冷,外机异响,还漏水' }))
    expect(more).toMatchObject({ status: 202, body: { duplicate: false } })
    await test.hub.settle()
    const count = await test.fresh.database.db.selectFrom('ticket').selectAll().execute()
    expect(count).toHaveLength(1)
  })

  const reply = (text: string, replyId = 'reply-00000001') =>
    ask('POST', '/c/api/reply', { receipt, replyId, text })

  it('takes what the customer adds on the progress page as a message of the same ticket, stored before it answers, once', async () => {
    const before = await test.fresh.database.db.selectFrom('message').selectAll().execute()
    expect((await progress()).body.canReply).toBe(true)
    expect(await reply('周六下午家里有人,电话改成13705710088')).toMatchObject({
      status: 202,
      body: { duplicate: false },
    })
    const stored = await test.fresh.database.db
      .selectFrom('envelope')
      .select('state')
      .where('state', '=', 'received')
      .execute()
    expect(stored).toHaveLength(1)
    expect((await reply('周六下午家里有人,电话改成13705710088')).body).toEqual({ duplicate: true })
    await test.hub.settle()
    const messages = await test.fresh.database.db.selectFrom('message').selectAll().orderBy('seq').execute()
    expect(messages).toHaveLength(before.length + 1)
    expect(new Set(messages.map((message) => message.conversationId)).size).toBe(1)
    expect(messages.at(-1)).toMatchObject({ author: 'customer', authorName: null, kind: 'text' })
    const seen = (await progress()).body.messages as Json[]
    expect(seen.at(-1)).toMatchObject({ author: 'customer', text: '周六下午家里有人,电话改成13705710088' })
    expect(await test.fresh.database.db.selectFrom('ticket').selectAll().execute()).toHaveLength(1)
    expect(
      await test.fresh.database.db.selectFrom('channel_identity').select('displayName').execute(),
    ).toEqual([{ displayName: '裘文杰' }])
  })

  it('takes it on the signed link of a notice too, also after the conversation was closed', async () => {
    const { db } = test.fresh.database
    const { id } = await db.selectFrom('ticket').select('id').executeTakeFirstOrThrow()
    const conversation = await db.selectFrom('conversation').select('id').executeTakeFirstOrThrow()
    await test.run('conversation.close', { id: conversation.id })
    const token = ticketLinks(await test.fresh.database.transaction((tx) => ensureLinkKey(tx))).sign(id)
    const shown = await ask('GET', `/c/api/progress?receipt=${token}`)
    expect(shown.body.canReply).toBe(true)
    const sent = await ask('POST', '/c/api/reply', {
      receipt: token,
      replyId: 'reply-00000002',
      text: '门禁密码没有变',
    })
    expect(sent.status).toBe(202)
    await test.hub.settle()
    expect(await db.selectFrom('conversation').select(['id', 'state']).execute()).toEqual([
      { id: conversation.id, state: 'open' },
    ])
  })

  it('refuses a reply without words, with a false token, or put in by somebody who is not the hub', async () => {
    expect(await reply('  ')).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } })
    const forged = `${receipt.slice(0, -1)}${receipt.endsWith('A') ? 'B' : 'A'}`
    expect(
      (await ask('POST', '/c/api/reply', { receipt: forged, replyId: 'reply-00000003', text: 'x' })).status,
    ).toBe(404)
    const { threadKey, id } = await test.fresh.database.db
      .selectFrom('conversation')
      .select(['threadKey', 'id'])
      .executeTakeFirstOrThrow()
    const body = { replyId: 'reply-00000004', text: 'x', threadKey, externalId: 'x', messageId: id }
    const put = (signature: string) =>
      ask('POST', `/channels/qr/${form.accountId}`, body, { 'x-reply-signature': signature })
    for (const signature of ['', 'A'.repeat(43)])
      expect((await put(signature)).body).toMatchObject({ error: { code: 'signature.invalid' } })
  })

  it('slows down a customer who writes one message after the other', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 21; i++) {
      statuses.push((await reply(`第${i}条`, `reply-flood-${i}`)).status)
      if (i % 10 === 9) await test.hub.settle()
    }
    expect(statuses[0]).toBe(202)
    expect(statuses.at(-1)).toBe(429)
  })

  it('refuses a form that the hub did not show, and what is not filled in, by name', async () => {
    const without = await ask('POST', `/channels/qr/${form.accountId}`, submission())
    expect(without.body).toMatchObject({ error: { code: 'signature.missing' } })
    const empty = await submit(submission({ fault: ' ', phone: '12' }))
    const paths = (empty.body.error as { issues: { path: string }[] }).issues.map((issue) => issue.path)
    expect(paths).toEqual(['fault', 'phone'])
  })

  it('slows down whoever sends one request after the other', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) {
      statuses.push((await submit(submission({ submissionId: `flood-000000${i}` }))).status)
    }
    expect(statuses.at(0)).toBe(202)
    expect(statuses.at(-1)).toBe(429)
  })

  it('can still be followed when its account was switched off, and nothing new comes in by it', async () => {
    const { db } = test.fresh.database
    const switchTo = async (enabled: boolean) => {
      const { version } = await db.selectFrom('channel_account').select('version').executeTakeFirstOrThrow()
      await test.run('channel.update', { id: form.accountId, version, enabled })
    }
    await switchTo(false)
    expect(await progress()).toMatchObject({ status: 200, body: { canReply: false } })
    expect((await reply('还在吗', 'reply-off-00001')).body).toMatchObject({
      error: { code: 'link.no_conversation' },
    })
    expect((await ask('GET', `/c/api/link?link=${link}`)).status).toBe(404)
    await switchTo(true)
  })

  it('no longer opens when the code was renewed; the progress pages made with it close too', async () => {
    await test.run('device.renewLink', { id: deviceId })
    expect((await ask('GET', `/c/api/link?link=${link}`)).status).toBe(410)
    expect((await progress()).status).toBe(410)
    const forged = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`
    expect((await ask('GET', `/c/api/link?link=${forged}`)).status).toBe(404)
  })
})
