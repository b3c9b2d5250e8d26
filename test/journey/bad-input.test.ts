import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Console,
  firstPassword,
  freePort,
  type HubProcess,
  signIn,
  startHub,
} from '../../bench/hub-process.ts'
import { type SealedMessage, sealMessage } from '../../channels/_kit/msg-crypt.ts'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
import { type HubPlace, hubPlace } from '../hub-place.ts'
import { workbookBomb, workbookLaughs } from '../xlsx.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'email')
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A billion laughs: a few lines that unfold to gigabytes where entities are expanded. */
const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
  .split('')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghij'[at]};`.repeat(10)}">`)
  .join('')}]><l>&j;</l>`

interface Refused {
  readonly status: number
  readonly code: string
}

describe('bad input to a whole hub', { timeout: 240_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-bad-'))
  const sent: string[] = []
  let place: HubPlace
  let hub: HubProcess
  let desk: Console
  let imap: ImapEmulator
  let smtp: SMTPServer
  let accountId: string
  let token: string

  beforeAll(async () => {
    imap = await startImapEmulator()
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onAuth: (_auth, _session, done) => done(null, { user: 'support' }),
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          sent.push(Buffer.concat(chunks).toString())
          done(null, 'queued')
        })
      },
    })
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
    place = await hubPlace()
    const env = { DATA_DIR: dataDir, PORT: String(await freePort()), LOG_LEVEL: 'info' }
    hub = await startHub({ ...env, ...place.env })
    desk = await signIn(hub, firstPassword(hub))
    const api = await desk.post('/api/channel/create', {
      kind: 'api',
      name: '商城',
      config: { signingSecrets: [secret] },
    })
    accountId = String(api.id)
    const made = await desk.post('/api/token/create', { name: '商城', scopes: ['intake'], accountId })
    token = String(made.token)
    const server = { host: '127.0.0.1', security: 'none' }
    await desk.post('/api/channel/create', {
      kind: 'email',
      name: '售后邮箱',
      config: {
        address: imap.user,
        password: imap.password,
        imap: { ...server, port: imap.port },
        smtp: { ...server, port: (smtp.server.address() as AddressInfo).port },
      },
    })
  })
  afterAll(async () => {
    await hub?.stop()
    await imap?.stop()
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
    await place?.drop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    const deadline = Date.now() + 30_000
    for (;;) {
      const found = await look()
      if (found) return found
      if (Date.now() > deadline) throw new Error(`not seen within 30 s: ${what}\n${hub.output()}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const logged = (code: string) => until(`${code} in the log`, async () => hub.output().includes(`"${code}"`))
  const tickets = async () =>
    (await desk.get('/api/ticket/list?limit=100')).tickets as { id: string; summary: string }[]
  const about = (words: string) =>
    until(words, async () => (await tickets()).find((t) => t.summary.includes(words)))
  const messages = async (ticketId: string) =>
    (await desk.get(`/api/conversation/ofTicket?ticketId=${ticketId}`)) as unknown as {
      conversations: { id: string }[]
      messages: { text: string; attachments: { id: string; name: string; state: string; size: number }[] }[]
    }

  /** Messages of customers in all conversations. */
  async function received(): Promise<number> {
    const { conversations } = (await desk.get('/api/conversation/list?limit=100')) as {
      conversations: { id: string }[]
    }
    const all = await Promise.all(conversations.map(({ id }) => desk.get(`/api/conversation/get?id=${id}`)))
    const each = all as unknown as { messages: { direction: string }[] }[]
    return each.flatMap(({ messages }) => messages).filter(({ direction }) => direction === 'in').length
  }

  /** Posts to the open channel and reads the refusal. */
  async function post(body: BodyInit, headers: Record<string, string> = {}): Promise<Refused> {
    const answer = await fetch(`${hub.url}/channels/api/${accountId}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': 'bad-input-1',
        'content-type': 'application/json',
        ...headers,
      },
      body,
    })
    const read = (await answer.json()) as { error?: { code: string } }
    return { status: answer.status, code: read.error?.code ?? '' }
  }

  it('meets a hub on the database and the wake-ups of this run', () => {
    for (const line of place.greeting) expect(hub.output()).toContain(line)
  })

  it.each([
    ['half an object', '{"text": "空调不制'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['arrays in arrays without end', '['.repeat(100_000)],
    ['an XML bomb', laughs],
    ['the wrong members', '{"sender": 7, "text": {"$ne": null}}'],
  ])('refuses %s with a sentence and a line in the log', async (_what, body) => {
    const refused = await post(body)
    expect(refused.status).toBe(400)
    expect(refused.code).toMatch(/^request\./)
    await logged(refused.code)
  })

  it('refuses 30 MB before they are read, on the channel as on a command', async () => {
    const big = Buffer.alloc(30_000_000, 'a')
    // A refused sender may find its connection closed before it said everything.
    const onChannel = await post(big).catch(() => null)
    if (onChannel) expect(onChannel).toEqual({ status: 413, code: 'request.too_large' })
    await logged('request.too_large')
    await expect(desk.post('/api/ticket/create', { said: 'a'.repeat(30_000_000) })).rejects.toThrow()
    await desk.get('/api/session/me')
  })

  it('refuses a wrong signature and none, and logs each', async () => {
    const signed = (headers: Record<string, string>) =>
      post('{"sender":{"id":"u"},"text":"x"}', { authorization: '', ...headers })
    expect(await signed({})).toEqual({ status: 401, code: 'signature.missing' })
    await logged('signature.missing')
    const now = String(Math.floor(Date.now() / 1000))
    const wrong = { 'webhook-id': 'm-1', 'webhook-timestamp': now, 'webhook-signature': 'v1,AAAA' }
    const refused = await signed(wrong)
    expect(refused).toEqual({ status: 401, code: 'signature.invalid' })
    await logged('signature.invalid')
    expect(await tickets()).toEqual([])
  })

  it('refuses a table that is small as a file and enormous unpacked', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(workbookBomb(100_000_000, true))]), '../../人员.xlsx')
    const { hash } = (await desk.upload('/api/media', form)) as { hash: string }
    await expect(desk.get(`/api/import/preview?kind=staff&hash=${hash}`)).rejects.toThrow('import.invalid')
  })

  it('refuses a table whose XML declares entities that would unfold to gigabytes', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(workbookLaughs())]), '人员.xlsx')
    const { hash } = (await desk.upload('/api/media', form)) as { hash: string }
    await expect(desk.get(`/api/import/preview?kind=staff&hash=${hash}`)).rejects.toThrow('import.')
    await until('the refusal in the log', async () => /"code":"import\.[a-z_]+"/.test(hub.output()))
  })

  it('keeps the archive of a mail packed and its names without paths', async () => {
    imap.deliver('INBOX', readFileSync(join(fixtures, 'attachment-zip-bomb-not-unpacked.eml')))
    imap.deliver('INBOX', readFileSync(join(fixtures, 'attachment-path-tricks.eml')))
    imap.deliver('INBOX', mail('打印机坏了', '打印机卡纸,请派人来修,电话 13705710099。'))
    await about('打印机')
    const { conversations } = (await desk.get('/api/conversation/list?limit=100')) as {
      conversations: { id: string }[]
    }
    expect(conversations.length).toBe(3)
    const all = await Promise.all(
      conversations.map(async ({ id }) => await desk.get(`/api/conversation/get?id=${id}`)),
    )
    const files = (all as unknown as Awaited<ReturnType<typeof messages>>[]).flatMap((each) =>
      each.messages.flatMap((message) => message.attachments),
    )
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const file of files) {
      expect(file.name).not.toMatch(/[/\\]|^\.\./)
      expect(file.size).toBeLessThan(5_000_000)
    }
    // One line for each of the two mails: what the files are, and neither a name nor a path.
    const noted = await until('both mails with files in the log', async () => {
      const lines = hub
        .output()
        .split('\n')
        .filter((line) => line.includes('the files of a message are kept by their content'))
      return lines.length >= 2 && lines
    })
    expect(noted.some((line) => line.includes('"declared":"application/zip"'))).toBe(true)
    expect(noted.join()).not.toMatch(/passwd|boot\.ini|\.\./)
  })

  it('lets nobody write a header by the subject of an answer', async () => {
    const { id } = await about('打印机')
    const { conversations } = await messages(id)
    await desk.post('/api/outbox/reply', {
      conversationId: conversations[0]!.id,
      subject: '您好\r\nBcc: everybody@example.net\r\n\r\nother body',
      text: '明天上午上门。',
    })
    await until("the agent's answer", async () => sent.some((each) => !/^auto-submitted/im.test(each)))
    for (const each of sent) {
      const head = each.slice(0, each.indexOf('\r\n\r\n'))
      expect(head).not.toMatch(/^bcc:/im)
      expect(head).toMatch(/^content-type:/im)
    }
  })

  it('parks or keeps whatever a mailbox holds, and reads on behind it', async () => {
    const before = (await tickets()).length
    const receivedBefore = await received()
    imap.deliver('INBOX', Buffer.from('\r\n'))
    imap.deliver('INBOX', Buffer.from([...Array(2000).keys()].map((n) => (n * 7919) % 256)))
    imap.deliver('INBOX', Buffer.from(`Subject: ${'=?utf-8?B?'.repeat(5000)}\r\n\r\n${'>'.repeat(50_000)}`))
    imap.deliver(
      'INBOX',
      Buffer.from(`Content-Type: multipart/mixed; boundary=a\r\n\r\n${'--a\r\n'.repeat(20_000)}`),
    )
    imap.drop()
    imap.deliver('INBOX', mail('洗衣机', '洗衣机漏水,请派人来修,电话 13605712844。'))
    await about('洗衣机')
    const health = await desk.get('/api/inbox/health')
    expect(health).toMatchObject({ waiting: 0 })
    const { envelopes } = (await desk.get('/api/inbox/dead')) as { envelopes: unknown[] }
    // Every one of the five mails is either a message or a parked envelope, which people see.
    await until('all mails', async () => envelopes.length + (await received()) >= receivedBefore + 5)
    expect((await tickets()).length).toBeGreaterThan(before)
  })

  it('refuses an XML bomb on a channel that speaks XML, and parks one that a vendor has signed', async () => {
    const keys = { token: 'yitong', aesKey: 'a'.repeat(43), receiveId: 'ww0123456789abcdef' }
    const { id } = await desk.post('/api/channel/create', {
      kind: 'wecom',
      name: '派单',
      config: {
        corpId: keys.receiveId,
        agentId: '1000002',
        secret: 'none',
        token: keys.token,
        aesKey: keys.aesKey,
      },
    })
    const callback = async (sealed: SealedMessage, body: string) => {
      const { timestamp, nonce } = sealed
      const query = new URLSearchParams({ msg_signature: sealed.signature, timestamp, nonce })
      const answer = await fetch(`${hub.url}/channels/wecom/${id}?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body,
      })
      return { status: answer.status, text: await answer.text() }
    }
    const at = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: 'n1', random: Buffer.alloc(16, 1) }
    const sealed = sealMessage(keys, laughs, at)
    const refused = await callback(sealed, laughs)
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('request.malformed')
    await logged('request.malformed')
    const before = ((await desk.get('/api/inbox/dead')) as { envelopes: unknown[] }).envelopes.length
    const body = `<xml><ToUserName>${keys.receiveId}</ToUserName><Encrypt>${sealed.encrypted}</Encrypt></xml>`
    expect((await callback(sealed, body)).status).toBe(200)
    await until('the parked callback', async () => {
      const { envelopes } = (await desk.get('/api/inbox/dead')) as { envelopes: unknown[] }
      return envelopes.length === before + 1
    })
    await until('a line of it', async () =>
      hub.output().includes('a believed request could not be read and is parked'),
    )
  })

  it('is well afterwards', async () => {
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200)
    expect(hub.output()).not.toContain('a request failed unexpectedly')
  })
})

function mail(subject: string, text: string): Buffer {
  return Buffer.from(
    [
      'From: zhangsan@example.org',
      'To: support@example.com',
      `Subject: ${subject}`,
      `Message-ID: <${encodeURIComponent(subject)}@example.org>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
    ].join('\r\n'),
  )
}
