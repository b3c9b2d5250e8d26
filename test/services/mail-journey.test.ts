import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Console,
  firstPassword,
  freePort,
  type HubProcess,
  signIn,
  startHub,
} from '../../bench/hub-process.ts'
import type { Mail } from '../../channels/email/mail.ts'
import { headerOf } from '../../channels/email/mime/fields.ts'
import { type HubPlace, hubPlace } from '../hub-place.ts'
import { type MailProgram, mailProgram } from './mail-program.ts'
import { type MailServers, mailServersMissing, startMailServers } from './mail-servers.ts'

interface TicketLine {
  readonly id: string
  readonly number: string
  readonly summary: string
}
interface Thread {
  readonly conversations: readonly { readonly id: string; readonly channel: string }[]
  readonly messages: readonly {
    readonly author: string
    readonly text: string
    readonly automatic: string | null
    readonly delivery: string | null
    readonly deliveryError: string | null
    readonly attachments: readonly { readonly name: string; readonly state: string }[]
  }[]
}

const missing = await mailServersMissing()
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe.skipIf(missing !== null)('a whole hub at a mailbox of Dovecot and Postfix', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-mail-hub-'))
  let place: HubPlace
  let servers: MailServers
  let customer: MailProgram
  let hub: HubProcess
  let desk: Console
  let accountId: string
  let ticket: TicketLine
  let acknowledgement: Mail
  let asked: { messageId: string }

  beforeAll(async () => {
    servers = await startMailServers()
    customer = mailProgram(servers)
    place = await hubPlace()
    hub = await startHub({ DATA_DIR: dataDir, PORT: String(await freePort()), ...place.env })
    desk = await signIn(hub, firstPassword(hub))
    const server = { host: '127.0.0.1', security: 'none' }
    const made = await desk.post('/api/channel/create', {
      kind: 'email',
      name: '售后邮箱',
      config: {
        address: 'support@example.com',
        name: '一通售后',
        imap: { ...server, port: servers.imapPort },
        smtp: { ...server, port: servers.smtpPort },
        password: servers.password,
        plusAddressing: true,
        pollMs: 1000,
      },
    })
    accountId = made.id as string
  })
  afterAll(async () => {
    await hub?.stop()
    await servers?.stop()
    await place?.drop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
    const deadline = Date.now() + 60_000
    while (Date.now() < deadline) {
      const found = await look()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`not seen within a minute: ${look}\n${hub.output()}`)
  }
  const tickets = async () =>
    (await desk.get('/api/ticket/list?limit=100')).tickets as unknown as readonly TicketLine[]
  const thread = async (ticketId: string) =>
    (await desk.get(`/api/conversation/ofTicket?ticketId=${ticketId}`)) as unknown as Thread
  const about = (words: string) =>
    until(async () => (await tickets()).find((each) => each.summary.includes(words)))

  it('runs on the database and the wake-ups of this run', () => {
    for (const line of place.greeting) expect(hub.output()).toContain(line)
  })

  it('finds both servers usable with the test button of the set-up', async () => {
    const { steps } = (await desk.get(`/api/channel/test?id=${accountId}`)) as {
      steps: { name: string; ok: boolean }[]
    }
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['imap', true],
      ['mailbox:INBOX', true],
      ['smtp', true],
    ])
  })

  it('turns a mail into a ticket and acknowledges it in the same thread with its number', async () => {
    asked = await customer.send({
      subject: '家里空调不制冷',
      text: '您好,型号 KFR-35GW,开机半小时还是热风。地址杭州市西湖区文三路90号,电话 13605712844,请派人来修。',
      attachments: [{ filename: '外机.png', content: png }],
    })
    ;[ticket] = (await until(async () => {
      const found = await tickets()
      return found.length > 0 && found
    })) as [TicketLine]
    ;[acknowledgement] = (await customer.receive(1)) as [Mail]
    expect(acknowledgement.inReplyTo).toEqual([asked.messageId])
    expect(acknowledgement.subject).toContain('Re: 家里空调不制冷')
    expect(acknowledgement.subject).toContain(`[${ticket.number}-`)
    expect(acknowledgement.written.reply).toContain(`工单号 ${ticket.number}`)
    expect(headerOf(acknowledgement.fields, 'auto-submitted')).toBe('auto-replied')
    const { messages, conversations } = await thread(ticket.id)
    expect(conversations).toMatchObject([{ channel: 'email' }])
    expect(messages[0]).toMatchObject({
      author: 'customer',
      attachments: [{ name: '外机.png', state: 'stored' }],
    })
  })

  it("joins the customer's reply to the same ticket", async () => {
    await customer.send({
      to: acknowledgement.replyTo[0]!.address,
      subject: `回复：${acknowledgement.subject}`,
      text: '补充一下:外机有异响,明天下午在家。',
      inReplyTo: acknowledgement.messageId!,
      references: [...acknowledgement.references, acknowledgement.messageId!],
    })
    await until(async () =>
      (await thread(ticket.id)).messages.some((each) => each.text.includes('外机有异响')),
    )
    expect(await tickets()).toHaveLength(1)
  })

  it("brings the agent's answer to the customer, in the thread, as a person's mail", async () => {
    const { conversations } = await thread(ticket.id)
    await desk.post('/api/outbox/reply', {
      conversationId: conversations[0]!.id,
      text: '张先生您好,明天下午两点王师傅上门。',
    })
    const mails = await customer.receive(2)
    const answer = mails.find((each) => each.written.reply.includes('王师傅'))!
    expect(answer.references).toContain(asked.messageId)
    expect(answer.subject).toContain(`[${ticket.number}-`)
    expect(headerOf(answer.fields, 'auto-submitted')).toBe('')
    const { messages } = await until(async () => {
      const seen = await thread(ticket.id)
      return seen.messages.some((each) => each.author === 'agent' && each.delivery === 'sent') && seen
    })
    expect(messages.filter((each) => each.author === 'agent')).toHaveLength(1)
  })

  it('answers neither a bounce nor an automatic reply, and shows the bounce where the mail was sent', async () => {
    await customer.send({
      from: '不存在 <nobody@nowhere.invalid>',
      subject: '洗衣机漏水',
      text: '洗衣机漏水,请派人来修,电话 13705710099。',
    })
    const other = await about('洗衣机')
    await until(async () => (await thread(other.id)).messages.some((each) => each.delivery === 'failed'))
    const heardBefore = (await customer.receive(1)).length
    await customer.send({
      subject: `自动回复: ${acknowledgement.subject}`,
      text: '您好,我正在休假,邮件将在返回后处理。',
      inReplyTo: acknowledgement.messageId!,
      references: [acknowledgement.messageId!],
      headers: { 'Auto-Submitted': 'auto-replied' },
    })
    await until(async () => (await thread(ticket.id)).messages.some((each) => each.text.includes('正在休假')))
    // Whatever would have been answered is answered before the next mail's acknowledgement.
    await customer.send({ subject: '冰箱不启动', text: '冰箱不启动,请派人来修,电话 13605712844。' })
    await about('冰箱')
    const heard = await customer.receive(heardBefore + 1)
    expect(heard.at(-1)!.subject).toContain('冰箱不启动')
    expect(heard).toHaveLength(heardBefore + 1)
    const failed = (await thread(other.id)).messages.filter((each) => each.author === 'system')
    expect(failed).toHaveLength(1)
    expect(failed[0]!.deliveryError).toContain('5.1.1')
  })

  // Never again: a second try that goes well would hide a loss.
  it('loses and doubles nothing when the mailbox disconnects in the middle', { retry: 0 }, async () => {
    const before = (await tickets()).length
    // Another thing with another fault each: what is about a ticket that is open already joins it.
    const faults = [
      ['电视机', '黑屏'],
      ['油烟机', '有异响'],
      ['燃气灶', '打不着火'],
      ['洗碗机', '漏水'],
      ['热水器', '不出热水'],
      ['打印机', '卡纸'],
      ['净水器', '不出水'],
      ['投影仪', '连不上网'],
    ] as const
    for (const [n, [thing, fault]] of faults.entries()) {
      const text = `${thing}${fault},请派人来修,电话 1360571200${n}。`
      await customer.send({ subject: `第${n}封 ${thing}${fault}`, text })
      if (n === 3) await servers.restartImap()
    }
    await until(async () => (await tickets()).length >= before + 8)
    const { conversations } = (await desk.get('/api/conversation/list?limit=100')) as {
      conversations?: { subject: string | null }[]
    }
    const subjects = (conversations ?? [])
      .map((each) => each.subject)
      .filter((each) => each?.startsWith('第'))
    expect(subjects.sort()).toEqual(faults.map(([thing, fault], n) => `第${n}封 ${thing}${fault}`))
    expect(await tickets()).toHaveLength(before + 8)
    expect(await desk.get('/api/inbox/dead')).toMatchObject({ envelopes: [] })
  })
})

describe.skipIf(missing === null)('the mail journey without Dovecot and Postfix', () => {
  it('says why it was left out', () => {
    expect(missing).toMatch(/dovecot|postfix|root/i)
  })
})
