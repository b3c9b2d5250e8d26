import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import email from '../../channels/email/index.ts'
import { headerOf } from '../../channels/email/mime/fields.ts'
import type { Outbound } from '../../src/contract/channel.ts'
import { keepConnected, memoryIo } from '../unit/channels/email/io.ts'
import { type MailProgram, mailProgram } from './mail-program.ts'
import { type MailServers, mailServersMissing, startMailServers } from './mail-servers.ts'

const missing = await mailServersMissing()
let servers: MailServers
let customer: MailProgram

/** The hub's side: the account support@example.com. */
function hub(changes: { mailboxes?: string[] } = {}) {
  return memoryIo({
    address: 'support@example.com',
    password: servers.password,
    imap: {
      host: '127.0.0.1',
      port: servers.imapPort,
      security: 'none',
      mailboxes: changes.mailboxes ?? ['INBOX'],
    },
    smtp: { host: '127.0.0.1', port: servers.smtpPort, security: 'none', authenticate: true },
    plusAddressing: true,
    pollMs: 2000,
  })
}

const answer = (changes: Partial<Outbound>): Outbound => ({
  reference: 'T1000427',
  to: 'zhangsan@example.org',
  text: '已收到，工单号 T1000427。',
  automatic: true,
  thread: {},
  messageId: '0195f000-0000-7000-8000-000000000001',
  lang: 'zh',
  ...changes,
})

describe.skipIf(missing !== null)('the e-mail channel against Dovecot and Postfix', () => {
  beforeAll(async () => {
    servers = await startMailServers()
    customer = mailProgram(servers)
  })
  afterAll(async () => {
    await servers?.stop()
  })

  it('receives a mail at once, answers in its thread, and knows the reply again', async () => {
    const memory = hub()
    const kept = keepConnected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    await customer.send({
      subject: '空调不制冷',
      text: '型号 KFR-35GW，请派人。',
      attachments: [{ filename: '现场.jpg', content: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) }],
    })
    await memory.until(() => memory.stored.size === 1)
    const [first] = memory.messages()
    expect(first).toMatchObject({ subject: '空调不制冷', text: '型号 KFR-35GW，请派人。' })
    expect(first!.automatic).toBeUndefined()
    expect(first!.attachments[0]).toMatchObject({ name: '现场.jpg', contentType: 'image/jpeg' })

    const calls = email.render(answer({ thread: first!.replyTo! }), memory.io.config)
    const receipt = await email.deliver(calls[0]!, 'key', memory.io)
    const [received] = await customer.receive(1)
    expect(received).toMatchObject({
      messageId: receipt.providerMessageId,
      inReplyTo: [first!.providerMessageId],
    })
    expect(received!.subject).toMatch(/^Re: 空调不制冷 \[T1000427-/)
    expect(headerOf(received!.fields, 'auto-submitted')).toBe('auto-replied')

    await customer.send({
      to: received!.replyTo[0]!.address,
      subject: `回复：${received!.subject}`,
      text: '明天下午可以。\n\n发自我的iPhone\n\n------------------ 原始邮件 ------------------\n发件人: support@example.com\n发送时间: 2026年11月20日\n收件人: 张三\n主题: x\n\n旧内容',
      inReplyTo: received!.messageId!,
      references: [...received!.references, received!.messageId!],
    })
    await memory.until(() => memory.stored.size === 2)
    const reply = memory.messages()[1]!
    expect(reply.text).toBe('明天下午可以。')
    const item = [...memory.stored.values()][1]!
    const [envelope] = email.parse({ request: item.request, claims: item.claims }, memory.io.config)
    expect(envelope).toMatchObject({
      threadRefs: expect.arrayContaining([
        receipt.providerMessageId,
        'out:0195f000-0000-7000-8000-000000000001',
        first!.providerMessageId,
        'ref:T1000427',
      ]),
    })
    await kept.stop()
  })

  it('turns a real bounce into a receipt about the mail that it sent', async () => {
    const memory = hub()
    const kept = keepConnected(memory)
    const calls = email.render(
      answer({ to: 'nobody@nowhere.invalid', messageId: 'bounced-1' }),
      memory.io.config,
    )
    const { providerMessageId } = await email.deliver(calls[0]!, 'key', memory.io)
    const receipts = () => [...memory.stored.values()].filter((item) => item.kind === 'receipt')
    await memory.until(() => receipts().length === 1)
    const item = receipts()[0]!
    const envelopes = email.parse({ request: item.request, claims: item.claims }, memory.io.config)
    expect(envelopes[0]).toMatchObject({
      kind: 'receipt',
      providerMessageId,
      status: 'failed',
      detail: expect.stringContaining('5.1.1'),
    })
    expect(envelopes[1]).toMatchObject({ kind: 'message', message: { automatic: 'bounce' } })
    await kept.stop()
  })

  it('is told at once that a mailbox of the server does not exist', async () => {
    const { io } = hub()
    const [call] = email.render(answer({ to: 'unknown@example.org' }), io.config)
    await expect(email.deliver(call!, 'key', io)).rejects.toMatchObject({ retry: 'never', code: 'smtp_550' })
  })

  it('loses and doubles nothing when the server restarts while mail arrives', async () => {
    const memory = hub()
    const kept = keepConnected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    const before = memory.stored.size
    for (let n = 0; n < 10; n++) {
      await customer.send({ subject: `burst ${n}`, text: `mail ${n}` })
      if (n === 4) await servers.restartImap()
    }
    await memory.until(() => memory.stored.size === before + 10)
    const subjects = memory.messages().map((message) => message.subject)
    expect(subjects.filter((subject) => subject?.startsWith('burst')).sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `burst ${n}`),
    )
    await kept.stop()
  })

  it('starts where it stopped, with the cursor that was stored', async () => {
    const first = hub()
    const kept = keepConnected(first)
    await first.until(() => first.states.at(-1)?.state === 'up')
    await kept.stop()
    await customer.send({ subject: 'while away', text: 'x' })
    const second = hub()
    for (const [name, value] of first.cursors) second.cursors.set(name, value)
    const keptAgain = keepConnected(second)
    await second.until(() => second.stored.size === 1)
    expect(second.messages().map((message) => message.subject)).toEqual(['while away'])
    await keptAgain.stop()
  })

  it('tries the settings and says what is wrong with them', async () => {
    const { io } = hub({ mailboxes: ['INBOX', '没有'] })
    const steps = await email.test!(io)
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['imap', true],
      ['mailbox:INBOX', true],
      ['mailbox:没有', false],
      ['smtp', true],
    ])
    const wrong = await email.test!({ ...io, config: { ...io.config, password: 'wrong' } })
    expect(wrong.map(({ name, ok }) => [name, ok])).toEqual([
      ['imap', false],
      ['smtp', false],
    ])
    expect(wrong[0]!.zh).toContain('授权码')
  })
})

describe.skipIf(missing === null)('the e-mail channel without Dovecot and Postfix', () => {
  it('says why the journey was left out', () => {
    expect(missing).toMatch(/dovecot|postfix|root/i)
  })
})
