import { getEventListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import email from '../../../../channels/email/index.ts'
import { readMail } from '../../../../channels/email/mail.ts'
import { headerOf } from '../../../../channels/email/mime/fields.ts'
import { mailCall } from '../../../../channels/email/render.ts'
import { fetchedRequest } from '../../../../channels/email/verify.ts'
import type { DeliveryError, Outbound } from '../../../../src/contract/channel.ts'
import { memoryIo } from './io.ts'
import { config, mailOf, messageOf } from './samples.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const out = (changes: Partial<Outbound> = {}): Outbound => ({
  reference: 'T1000427',
  to: 'zhangsan@qq.com',
  text: '已收到您的报修。',
  automatic: false,
  thread: messageOf(mailOf({ Subject: '空调坏了' })).message.replyTo!,
  messageId: '0195f000-0000-7000-8000-000000000001',
  lang: 'zh',
  ...changes,
})
const rendered = (changes: Partial<Outbound> = {}, settings = config) =>
  mailCall.parse(email.render(out(changes), settings)[0]!.body)

describe('rendering an answer', () => {
  it('stays in the thread and carries Re: and the tag once, however often mails went to and fro', () => {
    let subject = '空调坏了'
    for (let n = 0; n < 3; n++) {
      const raw = mailOf({ Subject: `回复：${subject}`, References: '<a@x> <b@x>', 'In-Reply-To': '<b@x>' })
      const mail = rendered({ thread: messageOf(raw).message.replyTo! })
      subject = mail.subject
      expect(subject).toMatch(/^Re: 空调坏了 \[T1000427-[a-z2-9]{8}\]$/)
      expect(mail.inReplyTo).toBe('<m1@qq.com>')
      expect(mail.references).toEqual(['<a@x>', '<b@x>', '<m1@qq.com>'])
    }
  })

  it('gives every try of one message the same Message-ID and others another', () => {
    expect(rendered().messageId).toBe(rendered().messageId)
    expect(rendered().messageId).toMatch(/^<yt-0195f000-.+@example\.com>$/)
    expect(rendered({ messageId: 'other' }).messageId).not.toBe(rendered().messageId)
  })

  it('is recognised when the customer answers it, by its id, its tag and its plus address', () => {
    const mail = rendered({}, { ...config, plusAddressing: true })
    const answer = mailOf({ 'In-Reply-To': mail.messageId, Subject: '回复' })
    expect(messageOf(answer).threadRefs).toContain('out:0195f000-0000-7000-8000-000000000001')
    expect(messageOf(mailOf({ Subject: `Re: ${mail.subject}` })).threadRefs).toEqual(['ref:T1000427'])
    expect(messageOf(mailOf({ To: mail.replyTo! })).threadRefs).toEqual(['ref:T1000427'])
  })

  it("goes to Reply-To, a person's answer also to the others, never to ourselves", () => {
    const raw = mailOf({
      'Reply-To': 'office@example.cn',
      To: 'support@example.com, service@example.com',
      Cc: 'boss@example.cn, support+x@example.com',
    })
    const thread = messageOf(raw).message.replyTo!
    const { externalId: to } = messageOf(raw).identity
    const answer = rendered({ to, thread })
    expect(answer.to.map((entry) => entry.address)).toEqual(['office@example.cn'])
    expect(answer.cc.map((entry) => entry.address)).toEqual(['boss@example.cn'])
    const automatic = rendered({ to, thread, automatic: true })
    expect(automatic.cc).toEqual([])
    expect(automatic.autoSubmitted).toBe('auto-replied')
  })

  it('goes to the customer of the conversation when somebody else wrote last', () => {
    const raw = mailOf({
      From: 'boss@example.cn',
      'Reply-To': 'boss-private@example.cn',
      Cc: '张三 <zhangsan@qq.com>',
    })
    const answer = rendered({ thread: messageOf(raw).message.replyTo! })
    expect(answer.to).toEqual([{ name: '张三', address: 'zhangsan@qq.com' }])
    expect(answer.cc.map((entry) => entry.address)).toEqual(['boss-private@example.cn'])
  })

  it('by the hub alone goes to nobody but the customer of the conversation, whatever Reply-To names besides', () => {
    const raw = mailOf({ 'Reply-To': 'zhangsan@qq.com, eve@example.net' })
    const thread = messageOf(raw).message.replyTo!
    expect(rendered({ thread, automatic: true }).to).toEqual([{ name: '张三', address: 'zhangsan@qq.com' }])
    const stored = { ...thread, from: 'zhangsan@qq.com', to: [{ name: '', address: 'eve@example.net' }] }
    expect(rendered({ thread: stored, automatic: true }).to).toEqual([
      { name: '', address: 'zhangsan@qq.com' },
    ])
  })

  it('of a person reaches the address of a mail that the server called forged', () => {
    const raw = mailOf({ 'Authentication-Results': 'mx.example.com; dmarc=fail' })
    const { identity, message } = messageOf(raw)
    expect(rendered({ to: identity.externalId, thread: message.replyTo! }).to).toEqual([
      { name: '张三', address: 'zhangsan@qq.com' },
    ])
  })

  it('begins a thread of its own when nothing came before', () => {
    const mail = rendered({ thread: {}, subject: '回访', automatic: true })
    expect(mail.subject).toMatch(/^回访 \[T1000427-/)
    expect(mail).toMatchObject({ inReplyTo: null, references: [], autoSubmitted: 'auto-generated' })
    expect(mail.to).toEqual([{ name: '', address: 'zhangsan@qq.com' }])
  })

  it('names no Message-ID that was made up here for a mail without one', () => {
    const mail = rendered({ thread: messageOf(mailOf({ 'Message-ID': '' })).message.replyTo! })
    expect(mail).toMatchObject({ inReplyTo: null, references: [] })
  })

  it('lets nothing out of a subject, a name or an address that could become a header field', () => {
    const raw = mailOf({
      Subject: '=?utf-8?Q?Hi=0D=0ABcc:_victim=40example.org?=',
      'Reply-To': '=?utf-8?Q?x=0D=0ABcc:_v?= <a@b.c>',
    })
    const mail = rendered({ thread: messageOf(raw).message.replyTo!, to: 'a@b.c\r\nBcc: v@x.y' })
    expect(JSON.stringify({ ...mail, html: '', text: '' })).not.toMatch(/\\[rn]/)
  })

  it('writes cards and choices as text, and links as links', () => {
    const mail = rendered({
      text: '进度 https://hub.example/p/1 <b>',
      card: { title: '工单', lines: [{ label: '状态', value: '已派单' }], buttons: [] },
      quickReplies: ['满意', '不满意'],
    })
    expect(mail.text).toContain('状态：已派单')
    expect(mail.text).toContain('1. 满意\n2. 不满意')
    expect(mail.html).toContain('<a href="https://hub.example/p/1">')
    expect(mail.html).toContain('&lt;b&gt;')
  })
})

interface Received {
  from: string
  to: string[]
  raw: Buffer
}

/** A real SMTP server in this process. */
async function smtp(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (auth, _session, done) =>
      auth.password === 'secret'
        ? done(null, { user: 'x' })
        : done(Object.assign(new Error('535 authentication failed'), { responseCode: 535 })),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map((entry) => entry.address),
          raw: Buffer.concat(chunks),
        })
        done(null, 'queued as 1')
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, received }
}

function sender(port: number, settings: { password?: string; authenticate?: boolean } = {}) {
  const memory = memoryIo({
    password: settings.password ?? 'secret',
    smtp: { host: '127.0.0.1', port, security: 'none', authenticate: settings.authenticate ?? true },
  })
  const send = (changes: Partial<Outbound> = {}) =>
    email.deliver(email.render(out(changes), memory.io.config)[0]!, 'key', memory.io)
  return { ...memory, send }
}

async function failureOf(sending: Promise<unknown>): Promise<DeliveryError> {
  return await sending.then(
    () => {
      throw new Error('it was sent')
    },
    (error: DeliveryError) => error,
  )
}

const refusing = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

describe('sending over SMTP', { timeout: 60_000 }, () => {
  it('sends what our own reader finds again: text, HTML, attachment, thread', async () => {
    const { port, received } = await smtp()
    const { send, media } = sender(port)
    media.set('a'.repeat(64), Buffer.from('photo'))
    const receipt = await send({
      automatic: true,
      attachments: [{ name: '../现场照片.jpg', contentType: 'image/jpeg', hash: 'a'.repeat(64), size: 5 }],
    })
    expect(received[0]).toMatchObject({ from: 'support@example.com', to: ['zhangsan@qq.com'] })
    const mail = readMail(received[0]!.raw)
    expect(mail).toMatchObject({
      from: { name: '某某售后', address: 'support@example.com' },
      messageId: receipt.providerMessageId,
      inReplyTo: ['<m1@qq.com>'],
      references: ['<m1@qq.com>'],
    })
    expect(mail.subject).toMatch(/^Re: 空调坏了 \[T1000427-/)
    expect(mail.body.text).toBe('已收到您的报修。')
    expect(mail.body.html).toContain('已收到')
    expect(mail.body.files.map((file) => [file.name, file.content.toString()])).toEqual([
      ['现场照片.jpg', 'photo'],
    ])
    expect(headerOf(mail.fields, 'auto-submitted')).toBe('auto-replied')
    expect(headerOf(mail.fields, 'x-auto-response-suppress')).toBe('All')
  })

  it('marks no mail of a person as automatic', async () => {
    const { port, received } = await smtp()
    await sender(port).send()
    expect(headerOf(readMail(received[0]!.raw).fields, 'auto-submitted')).toBe('')
  })

  it.each([
    [450, '450 4.2.1 mailbox busy', 'later'],
    [421, '421 4.7.0 try later', 'later'],
    [550, '550 5.1.1 no such user', 'never'],
    [554, '554 DT:SPM rejected', 'never'],
    [550, '550 Connection frequency limited', 'later'],
  ])('takes %i "%s" of a receiver as %s', async (code, text, retry) => {
    const { port } = await smtp({ onRcptTo: (_address, _session, done) => done(refusing(code, text)) })
    const error = await failureOf(sender(port).send())
    expect(error).toMatchObject({ name: 'DeliveryError', retry, code: `smtp_${code}` })
  })

  it.each([
    [451, 'later'],
    [552, 'never'],
  ])('takes %i after the content as %s', async (code, retry) => {
    const { port } = await smtp({
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => done(refusing(code, `${code} no`)))
      },
    })
    expect(await failureOf(sender(port).send())).toMatchObject({ retry, code: `smtp_${code}` })
  })

  it('does not know whether it was sent when the connection ends after the content', async () => {
    const { port } = await smtp({
      onData: (stream, session) => {
        stream.resume()
        stream.on('end', () => cut(session.remoteAddress))
      },
    })
    let cut: (address: string) => void = () => {}
    const proxy = await cutter(port)
    cut = () => proxy.cut()
    expect(await failureOf(sender(proxy.port).send())).toMatchObject({ retry: 'unknown' })
  })

  it('tries later when the connection ends before the content', async () => {
    let cut = () => {}
    const { port } = await smtp({ onRcptTo: () => cut() })
    const proxy = await cutter(port)
    cut = () => proxy.cut()
    expect(await failureOf(sender(proxy.port).send())).toMatchObject({ retry: 'later' })
  })

  it('tries later when nobody listens', async () => {
    expect(await failureOf(sender(1).send())).toMatchObject({ retry: 'later' })
  })

  it('never tries again by itself with a wrong password', async () => {
    const { port } = await smtp({ authOptional: false })
    expect(await failureOf(sender(port, { password: 'wrong' }).send())).toMatchObject({
      retry: 'never',
      code: 'smtp_535',
    })
  })

  it('leaves nothing at the signal of the process, neither of a mail that was sent nor of one that was refused', async () => {
    const { port } = await smtp({
      onRcptTo: ({ address }, _session, done) =>
        address === 'nobody@qq.com' ? done(refusing(550, '550 no such user')) : done(),
    })
    const { send, io } = sender(port)
    await send()
    await send()
    await failureOf(send({ to: 'nobody@qq.com', thread: {} }))
    expect(getEventListeners(io.signal, 'abort')).toEqual([])
  })

  it('signs in with a token where the account has no password', async () => {
    const seen: unknown[] = []
    const { port, received } = await smtp({
      authOptional: false,
      authMethods: ['XOAUTH2'],
      onAuth: (auth, _session, done) => {
        seen.push({ method: auth.method, username: auth.username, token: auth.accessToken })
        done(null, { user: 'x' })
      },
    })
    const { io } = memoryIo({
      password: undefined,
      oauthTokenUrl: 'https://id.example/token',
      oauthClientId: 'client',
      oauthRefreshToken: 'refresh',
      smtp: { host: '127.0.0.1', port, security: 'none', authenticate: true },
    })
    const text = JSON.stringify({ access_token: 'fresh token' })
    const response = {
      status: 200,
      headers: {},
      url: '',
      bytes: async () => Buffer.from(text),
      text: async () => text,
      json: async () => JSON.parse(text),
    }
    await email.deliver(email.render(out(), io.config)[0]!, 'key', { ...io, fetch: async () => response })
    expect(seen).toEqual([{ method: 'XOAUTH2', username: 'support@example.com', token: 'fresh token' }])
    expect(received).toHaveLength(1)
  })

  it('never tries again by itself when the provider refuses the refresh token', async () => {
    const { port } = await smtp({ authOptional: false, authMethods: ['XOAUTH2'] })
    const { io } = memoryIo({
      password: undefined,
      oauthTokenUrl: 'https://id.example/token',
      oauthClientId: 'client',
      oauthRefreshToken: 'revoked',
      smtp: { host: '127.0.0.1', port, security: 'none', authenticate: true },
    })
    const response = {
      status: 400,
      headers: {},
      url: '',
      bytes: async () => Buffer.alloc(0),
      text: async () => '',
      json: async () => ({}),
    }
    const sending = email.deliver(email.render(out(), io.config)[0]!, 'key', {
      ...io,
      fetch: async () => response,
    })
    expect(await failureOf(sending)).toMatchObject({ retry: 'never', code: 'sign_in' })
  })

  it.each([
    [550, 'never'],
    [450, 'later'],
  ])(
    'is not sent when the customer is refused with %i and a colleague in copy would be taken',
    async (code, retry) => {
      const { port, received } = await smtp({
        onRcptTo: ({ address }, _session, done) =>
          address === 'zhangsan@qq.com' ? done(refusing(code, `${code} not this one`)) : done(),
      })
      const thread = messageOf(mailOf({ Cc: 'boss@example.cn' })).message.replyTo!
      expect(await failureOf(sender(port).send({ thread }))).toMatchObject({ retry, code: `smtp_${code}` })
      // The next try must not be the colleague's second copy.
      expect(received).toEqual([])
    },
  )

  it('reaches the customer and those in copy once each, all with the same mail', async () => {
    const { port, received } = await smtp()
    const thread = messageOf(mailOf({ Cc: 'boss@example.cn, wife@example.cn' })).message.replyTo!
    const { detail } = await sender(port).send({ thread })
    expect(received.map(({ to }) => to)).toEqual([
      ['zhangsan@qq.com'],
      ['boss@example.cn', 'wife@example.cn'],
    ])
    expect(received[1]!.raw).toEqual(received[0]!.raw)
    expect(headerOf(readMail(received[0]!.raw).fields, 'cc')).toContain('boss@example.cn')
    expect(detail).not.toHaveProperty('rejected')
  })

  it('counts as sent when the connection ends after the customer has it, and names who does not', async () => {
    let cut = () => {}
    const { port } = await smtp({
      onRcptTo: ({ address }, _session, done) => (address === 'boss@example.cn' ? cut() : done()),
    })
    const proxy = await cutter(port)
    cut = () => proxy.cut()
    const thread = messageOf(mailOf({ Cc: 'boss@example.cn' })).message.replyTo!
    expect((await sender(proxy.port).send({ thread })).detail).toMatchObject({
      rejected: ['boss@example.cn'],
    })
  })

  it('says which receivers were refused while others took it', async () => {
    const { port } = await smtp({
      onRcptTo: ({ address }, _session, done) =>
        address === 'boss@example.cn' ? done(refusing(550, '550 unknown')) : done(),
    })
    const thread = messageOf(mailOf({ Cc: 'boss@example.cn' })).message.replyTo!
    expect((await sender(port).send({ thread })).detail).toMatchObject({ rejected: ['boss@example.cn'] })
  })
})

/** Passes bytes on until it is told to cut both sides. */
async function cutter(port: number) {
  const { connect } = await import('node:net')
  const sockets: { destroy(): void }[] = []
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    near.pipe(far)
    far.pipe(near)
    near.on('error', () => {})
    far.on('error', () => {})
    sockets.push(near, far)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())))
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('the channel', () => {
  const place = {
    mailbox: 'INBOX',
    uid: 5,
    uidValidity: '1000',
    size: 9,
    internalDateMs: null,
    oversize: false,
  }
  const fetched = fetchedRequest(mailOf({}), place, 0, config)

  it('believes what its own reader fetched, and tells where it lay', () => {
    expect(email.verify(fetched, config, 0)).toEqual({ ok: true, value: { request: fetched, claims: place } })
  })

  it.each([
    ['comes by HTTP', { ...fetched, method: 'POST' }],
    ['carries no proof', { ...fetched, headers: {} }],
    ['was changed', { ...fetched, body: mailOf({ Subject: 'other' }) }],
    ['names another place', { ...fetched, query: { ...fetched.query, uid: '6' } }],
    [
      'was fetched for another account',
      fetchedRequest(mailOf({}), place, 0, { ...config, threadSecret: 'of another account' }),
    ],
  ])('refuses a mail that %s', (_what, request) => {
    expect(email.verify(request, config, 0)).toMatchObject({ ok: false })
  })

  it('splits a text that is too long for one mail into several of the thread, each with its own id', () => {
    const calls = email
      .render(out({ text: '工单已受理。'.repeat(40_000) }), config)
      .map((call) => mailCall.parse(call.body))
    expect(calls).toHaveLength(2)
    expect(calls[0]!.messageId).not.toBe(calls[1]!.messageId)
    const answer = messageOf(mailOf({ 'In-Reply-To': calls[1]!.messageId }))
    expect(answer.threadRefs).toContain('out:0195f000-0000-7000-8000-000000000001')
  })
})
