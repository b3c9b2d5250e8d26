import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
import { readMail } from '../../channels/email/mail.ts'
import { barriers } from './barriers.ts'
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
  const state = { refuses: false }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'support' }),
    onRcptTo: (_address, _session, done) =>
      done(state.refuses ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null),
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
  return {
    mails,
    state,
    port: (server.server.address() as AddressInfo).port,
    stop: () => server.close(() => {}),
  }
}

const header = (raw: string, name: string) =>
  new RegExp(`^${name}: (.+(?:\\r\\n[ \\t].+)*)`, 'im').exec(raw)?.[1]?.replace(/\s+/g, ' ') ?? ''
const sentence = (text: string) => Buffer.from(text).toString('base64')

/** A plain mail of the customer. */
const mail = (id: string, subject: string, text: string) =>
  Buffer.from(
    [
      'From: =?utf-8?B?6KOY5paH5p2w?= <qiu@example.org>',
      'To: <support@example.com>',
      `Subject: =?utf-8?B?${sentence(subject)}?=`,
      `Message-ID: <${id}@example.org>`,
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

  it('is seen on the health page with the reason when their server refuses it, and arrives when sent again', async () => {
    const { page } = agent
    const ticket = page.url()
    customer.state.refuses = true
    await page.getByLabel('回复客户…').fill('改到下午三点,可以吗?')
    await page.keyboard.press('Control+Enter')
    await page.locator('.message-agent', { hasText: '改到下午三点' }).locator('.delivery-bad').waitFor()
    await page.goto(`${hub.url}/health`)
    const row = page.locator('tbody tr.ant-table-row', { hasText: 'no such mailbox' })
    await row.waitFor()
    await page.screenshot({ path: join(pictures, 'mail', 'refused.png') })
    expect(await barriers(page)).toEqual([])
    const before = customer.mails.length
    customer.state.refuses = false
    await row.getByRole('button', { name: '重新发送' }).click()
    await row.waitFor({ state: 'detached' })
    await expect.poll(() => customer.mails.length, patience).toBe(before + 1)
    await page.goto(ticket)
    await page
      .locator('.message-agent', { hasText: '改到下午三点' })
      .locator('.delivery', { hasText: '已发送' })
      .waitFor()
    expect(agent.mishaps).toEqual([])
  })
})
