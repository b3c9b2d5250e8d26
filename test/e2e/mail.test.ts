import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
import { readMail } from '../../channels/email/mail.ts'
import {
  type FreshHub,
  freshHub,
  openBrowser,
  type Person,
  person,
  pictures,
  picturesOfFailure,
  signInAtPage,
} from './browser.ts'

const patience = { timeout: 60_000 }

/** What arrived in the customer's mailbox. */
interface Arrived {
  readonly to: readonly string[]
  readonly raw: string
}

/** The customer's own mail server. */
async function customersServer() {
  const mails: Arrived[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'support' }),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        mails.push({ to, raw: Buffer.concat(chunks).toString('utf8') })
        done(null, 'queued as 42')
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { mails, port: (server.server.address() as AddressInfo).port, stop: () => server.close(() => {}) }
}

const header = (raw: string, name: string) =>
  new RegExp(`^${name}: (.+(?:\\r\\n[ \\t].+)*)`, 'im').exec(raw)?.[1]?.replace(/\s+/g, ' ') ?? ''
const sentence = (text: string) => Buffer.from(text).toString('base64')

/** A plain mail of the customer; an answer names the mail that it answers. */
const mail = (id: string, subject: string, text: string, answers?: string) =>
  Buffer.from(
    [
      'From: =?utf-8?B?6KOY5paH5p2w?= <qiu@example.org>',
      'To: <support@example.com>',
      `Subject: =?utf-8?B?${sentence(subject)}?=`,
      `Message-ID: <${id}@example.org>`,
      ...(answers ? [`In-Reply-To: ${answers}`, `References: <first@example.org> ${answers}`] : []),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      sentence(text),
      '',
    ].join('\r\n'),
  )

describe('an e-mail that is answered from the ticket page', () => {
  let browser: Browser
  let hub: FreshHub
  let imap: ImapEmulator
  let customer: Awaited<ReturnType<typeof customersServer>>
  let agent: Person

  beforeAll(async () => {
    ;[browser, hub, imap, customer] = await Promise.all([
      openBrowser(),
      freshHub({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' }),
      startImapEmulator(),
      customersServer(),
    ])
    const server = { host: '127.0.0.1', security: 'none' }
    await hub.desk.post('/api/channel/create', {
      kind: 'email',
      name: '售后邮箱',
      config: {
        address: imap.user,
        password: imap.password,
        imap: { ...server, port: imap.port },
        smtp: { ...server, port: customer.port },
      },
    })
    agent = await person(browser)
    await signInAtPage(agent.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await imap?.stop()
    customer?.stop()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent]))

  const words = '裘先生您好,王师傅今天下午两点上门。'
  const answer = () => customer.mails.find(({ raw }) => readMail(Buffer.from(raw)).body.text.includes(words))

  it('reaches the customer in the thread of their own mail, and the page shows that it was taken', async () => {
    const { page } = agent
    imap.deliver('INBOX', mail('first', '空调不制冷', '空调不制冷,电话13705710099,杭州市西湖区文三路90号'))
    await page.locator('tbody tr').first().getByRole('link').first().click()
    await page.locator('.message-customer').waitFor()
    await page.getByLabel('回复客户…').fill(words)
    await page.keyboard.press('Control+Enter')
    const sent = page.locator('.message-agent', { hasText: '王师傅今天下午两点上门' })
    await sent.locator('.delivery', { hasText: '已发送' }).waitFor()
    await expect.poll(answer, patience).toBeTruthy()
    const { to, raw } = answer()!
    expect(to).toEqual(['qiu@example.org'])
    expect(header(raw, 'In-Reply-To')).toBe('<first@example.org>')
    expect(header(raw, 'References')).toContain('<first@example.org>')
    expect(readMail(Buffer.from(raw)).subject).toMatch(/^Re: .*空调不制冷/)
    await page.screenshot({ path: join(pictures, 'mail', 'answered.png') })
  })

  it('is answered by the customer, whose words appear below it in the same ticket', async () => {
    const { page } = agent
    const { tickets } = (await hub.desk.get('/api/ticket/list?limit=10')) as { tickets: unknown[] }
    imap.deliver(
      'INBOX',
      mail('second', 'Re: 空调不制冷', '好的,门口保安处登记一下。', header(answer()!.raw, 'Message-ID')),
    )
    await page.locator('.message-customer', { hasText: '门口保安处登记' }).waitFor()
    const thread = await page.locator('.thread .message').allTextContents()
    const at = (text: string) => thread.findIndex((each) => each.includes(text))
    expect(at('王师傅今天下午')).toBeLessThan(at('门口保安处登记'))
    const after = (await hub.desk.get('/api/ticket/list?limit=10')) as { tickets: unknown[] }
    expect(after.tickets).toHaveLength(tickets.length)
    await page.screenshot({ path: join(pictures, 'mail', 'thread.png') })
    expect(agent.mishaps).toEqual([])
  })
})
