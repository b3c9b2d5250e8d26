import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmailConfig, emailConfigSchema, threadKeyOf } from '../../channels/email/config.ts'
import email from '../../channels/email/index.ts'
import { readMail } from '../../channels/email/mail.ts'
import { ownMessageId, subjectTag } from '../../channels/email/thread/token.ts'
import { fetchedRequest } from '../../channels/email/verify.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json, sql } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood, Vendor } from './channel-subject.ts'
import { openAccount, openWorld, type World } from './channel-world.ts'

const startMs = Date.now()

const settings = (changes: object = {}): EmailConfig =>
  emailConfigSchema.parse({
    address: 'support@example.com',
    imap: { host: '127.0.0.1', security: 'none' },
    smtp: { host: '127.0.0.1', port: 25, security: 'none' },
    password: randomBytes(12).toString('hex'),
    threadSecret: randomBytes(16).toString('hex'),
    ...changes,
  })

const refusals: Partial<Record<Mood, [number, string]>> = {
  busy: [450, '450 4.7.1 too many messages, try again later'],
  broken: [451, '451 4.3.0 internal error'],
  refusing: [550, '550 5.1.1 no such user here'],
}

/** A provider: its SMTP server and the address where access tokens are fetched. */
async function startProvider(config: EmailConfig): Promise<Vendor<EmailConfig>> {
  const received: { words: string; reference: string }[] = []
  let next: Mood | null = null
  let tokens = 0
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    authMethods: ['XOAUTH2'],
    onAuth(auth, _session, done) {
      if (auth.accessToken === `token ${tokens}`) done(null, { user: auth.username })
      else done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } })
    },
    onRcptTo(_address, _session, done) {
      const refusal = next && refusals[next]
      if (refusal) done(Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }))
      else done()
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (next === 'silent') return
        const mail = readMail(Buffer.concat(chunks))
        received.push({ words: mail.body.text, reference: mail.messageId ?? '' })
        done()
      })
    },
  })
  server.on('error', () => {})
  const issuer = createServer((_request, response) => {
    tokens++
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ access_token: `token ${tokens}`, expires_in: 3600 }))
  })
  const listening = (where: { listen(port: number, host: string, done: () => void): unknown }) =>
    new Promise<void>((resolve) => void where.listen(0, '127.0.0.1', () => resolve()))
  await Promise.all([listening(server), listening(issuer)])
  const portOf = (address: unknown) => (address as AddressInfo).port
  return {
    config: {
      ...config,
      password: undefined,
      smtp: { ...config.smtp, port: portOf(server.server.address()) },
      oauthTokenUrl: `http://127.0.0.1:${portOf(issuer.address())}/token`,
      oauthClientId: 'client',
      oauthRefreshToken: 'refresh',
    },
    mood(mood) {
      if (mood === 'expired') tokens++
      else next = mood
      return undefined
    },
    received: () => received,
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: async () => {
      issuer.closeAllConnections()
      await Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => issuer.close(() => resolve())),
      ])
    },
  }
}

function mail(fields: Record<string, string>, body: string): Uint8Array {
  const all = {
    From: 'wangfang@example.org',
    To: 'support@example.com',
    Date: 'Fri, 20 Nov 2026 10:00:00 +0800',
    Subject: 'aircon',
    'Content-Type': 'text/plain; charset=utf-8',
    ...fields,
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

channelContract('email', async (): Promise<ChannelSubject<EmailConfig>> => {
  const config = settings()
  const fetched = (body: Uint8Array, nowMs: number, by: EmailConfig) => {
    const place = {
      mailbox: 'INBOX',
      uid: 1,
      uidValidity: '7',
      size: body.length,
      internalDateMs: nowMs,
      oversize: false,
    }
    return fetchedRequest(body, place, nowMs, by)
  }
  const content = randomBytes(300)
  const file = `--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}\r\n--b--\r\n`
  return {
    channel: email,
    config,
    secretMembers: ['password', 'oauthClientSecret', 'oauthRefreshToken', 'threadSecret'],
    startMs,
    sign: (body, _id, nowMs) => fetched(body, nowMs, config),
    text: (text, id) => mail({ 'Message-ID': `<${id}@example.org>` }, text),
    unknown: { never: 'any bytes are a mail; what cannot be read of it is kept as it came' },
    echo: mail(
      { 'Message-ID': ownMessageId('0195f000', 1, config.address, threadKeyOf(config)) },
      'our words',
    ),
    media: { body: mail({ 'Content-Type': 'multipart/mixed; boundary=b' }, file), content },
    unsigned: (request) => ({ ...request, headers: {} }),
    forged: (request) => fetched(request.body, request.receivedAtMs, settings()),
    tampered: (request) => ({ ...request, body: mail({}, 'other words') }),
    toleranceMs: { never: 'a fetched mail has no time; its dedupe key makes a repeat harmless' },
    accepts: (response) => response.status === 204,
    receiver: {
      to: 'wangfang@example.org',
      thread: { messageId: '<m-1@example.org>', subject: 'aircon', from: 'wangfang@example.org' },
    },
    wordsOf: (call) => String(call.body.text),
    vendor: () => startProvider(config),
  }
})

describe('e-mail threads in the hub', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  /** An account, a first mail of a customer, and what a later mail does. */
  async function begun() {
    const config = settings()
    const account = await openAccount(world, { channel: email, config, startMs } as unknown as ChannelSubject)
    const receive = async (fields: Record<string, string>, body = 'words') => {
      const bytes = mail({ 'Message-ID': `<${randomBytes(6).toString('hex')}@example.org>`, ...fields }, body)
      const place = {
        mailbox: 'INBOX',
        uid: 1,
        uidValidity: '7',
        size: bytes.length,
        internalDateMs: null,
        oversize: false,
      }
      await account.hear(fetchedRequest(bytes, place, startMs, config))
      const messages = await account.messages()
      return messages.find((message) => message.providerMessageId === readMail(bytes).messageId)!
        .conversationId
    }
    const conversationId = await receive({ 'Message-ID': '<first@example.org>', Cc: 'boss@example.org' })
    return { config, key: threadKeyOf(config), accountId: account.accountId, receive, conversationId }
  }

  it('a reply joins by References, also the reply of somebody in cc, but not of a stranger', async () => {
    const { receive, conversationId } = await begun()
    expect(await receive({ References: '<first@example.org>' })).toBe(conversationId)
    expect(await receive({ References: '<first@example.org>', From: 'boss@example.org' })).toBe(
      conversationId,
    )
    expect(await receive({ References: '<first@example.org>', From: 'eve@example.net' })).not.toBe(
      conversationId,
    )
  })

  it('a mail that would be answered elsewhere, or that the server calls forged, joins nothing by a known Message-ID', async () => {
    const { receive, conversationId } = await begun()
    const References = '<first@example.org>'
    expect(await receive({ References, 'Reply-To': 'eve@example.net' })).not.toBe(conversationId)
    const verdict = { 'Authentication-Results': 'mx.example.com; spf=fail; dmarc=fail' }
    expect(await receive({ References, ...verdict })).not.toBe(conversationId)
    expect(await receive({ References, 'Reply-To': 'boss@example.org' })).toBe(conversationId)
  })

  it('a reply to a mail joins whose receipt was never stored, but not with a Message-ID that somebody made up', async () => {
    const { config, key, accountId, receive, conversationId } = await begun()
    const id = derivedId('outgoing', accountId)
    const row = {
      id,
      conversationId,
      accountId,
      direction: 'out',
      author: 'agent',
      kind: 'text',
      text: 'answer',
      at: new Date(startMs),
    }
    await world.database.db.insertInto('message').values(row).execute()
    const own = ownMessageId(id, 1, config.address, key)
    expect(await receive({ 'In-Reply-To': own })).toBe(conversationId)
    expect(await receive({ 'In-Reply-To': `<yt-${id}.aaaaaaaaaaaaaaaa@example.com>` })).not.toBe(
      conversationId,
    )
  })

  it('a mail joins the ticket that its subject names with our signature, if its sender takes part', async () => {
    const { key, accountId, receive, conversationId } = await begun()
    const number = `T${accountId.slice(-6).toUpperCase()}-0001`
    const at = new Date(startMs)
    const ticket = {
      id: derivedId('ticket', accountId),
      number,
      typeId: derivedId('type'),
      formVersion: 1,
      status: 'open',
    }
    const words = { intent: 'repair', urgency: 'normal', sentiment: 'neutral', channel: 'email' }
    const rest = { fields: json({}), createdBy: json({}), createdAt: at, updatedAt: at }
    await world.database.db
      .insertInto('ticket')
      .values({ ...ticket, ...words, ...rest })
      .execute()
    await world.database.db
      .insertInto('conversation_ticket')
      .values({ conversationId, ticketId: ticket.id })
      .execute()
    const Subject = `Re: aircon ${subjectTag(number, key)}`
    expect(await receive({ Subject })).toBe(conversationId)
    expect(await receive({ Subject, From: 'eve@example.net' })).not.toBe(conversationId)
    expect(await receive({ Subject: `Re: aircon [${number}]` })).not.toBe(conversationId)
    expect(await receive({ Subject: `Re: aircon [${number}-aaaaaaaa]` })).not.toBe(conversationId)
  })
})

describe('who wrote a mail, in the hub', () => {
  const clock = manualClock(Date.parse('2026-11-18T02:00:00Z'))
  let test: TestHub
  let accountId: string
  beforeAll(async () => {
    test = await testHub({ clock, env: { PUBLIC_URL: 'https://hub.example' } })
    const { threadSecret: _, ...config } = settings()
    accountId = (await test.run('channel.create', { kind: 'email', name: 'm', config })).id as string
    await test.hub.registry.refresh()
  })
  afterAll(() => test.close())

  const settle = async () => {
    for (let round = 0; round < 4; round++) {
      await test.hub.settle()
      clock.advance(20_000)
    }
  }
  async function receive(fields: Record<string, string>, words: string): Promise<void> {
    const account = test.hub.registry.byId(accountId)!
    const config = account.config as EmailConfig
    const bytes = mail({ 'Message-ID': `<${randomBytes(6).toString('hex')}@example.org>`, ...fields }, words)
    const place = { mailbox: 'INBOX', uid: 1, uidValidity: '1', size: bytes.length, internalDateMs: null }
    const request = fetchedRequest(bytes, { ...place, oversize: false }, clock.now(), config)
    const claims = { ...place, oversize: false }
    const envelopes = account.channel.parse({ request, claims }, config)
    await test.hub.receive(
      envelopes.map(({ kind, dedupeKey, senderKey }, part) => ({
        ...{ accountId, request, claims, part, kind, dedupeKey, senderKey },
      })),
    )
    await settle()
  }
  const tickets = async () =>
    (
      await sql<{ id: string; contactId: string; writer: string }>`
        select t."id", t."contactId", i."externalId" as writer from ticket t
        join conversation_ticket ct on ct."ticketId" = t."id" join conversation c on c."id" = ct."conversationId"
        join channel_identity i on i."id" = c."identityId" order by t."createdAt", i."createdAt"`.execute(
        test.fresh.database.db,
      )
    ).rows
  /** The receivers of what the hub sent since it was asked last. */
  let seen = 0
  const told = async () => {
    const { rows } = await sql<{ to: { address: string }[]; cc: { address: string }[] }>`
      select p."call"->'body'->'to' as to, p."call"->'body'->'cc' as cc from outbox_part p
      join outbox_message m on m."id" = p."outboxId" order by m."seq"`.execute(test.fresh.database.db)
    const sent = rows.slice(seen)
    seen = rows.length
    return sent.flatMap(({ to, cc }) => [...to, ...cc].map(({ address }) => address))
  }

  it('nobody gets a customer’s ticket by writing in their name, whether answers are to go elsewhere or the server calls it forged', async () => {
    const From = 'Zhang <victim@customer.example>'
    await receive({ From }, '家里空调不制冷，杭州市西湖区文三路259号1号楼，我姓张，电话13605712844')
    const [ticket] = await tickets()
    expect(await told()).toEqual(['victim@customer.example'])

    const again = '上次报修的空调还是不制冷，请尽快。'
    await receive({ From, 'Reply-To': 'eve@evil.example' }, again)
    await receive({ From, 'Authentication-Results': 'mx.example.com; spf=fail; dmarc=fail' }, again)
    const writers = (await tickets()).filter(({ id }) => id === ticket!.id).map(({ writer }) => writer)
    expect(writers).toEqual(['victim@customer.example'])
    const contacts = (await tickets()).filter(({ contactId }) => contactId === ticket!.contactId)
    expect(contacts).toHaveLength(1)
    await told()

    const staff = { number: 'E1', name: '王工', skills: ['*'], groupIds: [] }
    const engineerId = (await test.run('staff.create', staff)).id
    await test.run('ticket.assign', { ticketId: ticket!.id, engineerId })
    await settle()
    expect(new Set(await told())).toEqual(new Set(['victim@customer.example']))
  })

  it('a customer whose own domain fails gets a ticket and is answered by people, and by nobody else', async () => {
    const fields = {
      From: 'Li <li@misconfigured.example>',
      'Authentication-Results': 'mx.example.com; dkim=none; spf=softfail; dmarc=fail (p=NONE)',
    }
    await receive(fields, '洗衣机不脱水，杭州市西湖区文三路100号，我姓李，电话13605712855')
    const ticket = (await tickets()).at(-1)!
    expect(ticket.writer).toBe('unauthenticated: li@misconfigured.example')
    expect(await told()).toEqual([])

    const of = await test.ask('conversation.ofTicket', { ticketId: ticket.id })
    const [conversation] = of.conversations as { id: string }[]
    await test.run('outbox.reply', { conversationId: conversation!.id, text: '师傅明天上门。' })
    await settle()
    expect(await told()).toEqual(['li@misconfigured.example'])
  })
})
