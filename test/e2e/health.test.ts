import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
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

/** Six tries with growing pauses come before a failure that may pass is laid aside. */
const laidAside = { timeout: 120_000 }

const patience = { timeout: 60_000 }

/** A mail with a photo, which the hub must store before there is a message. */
function mail(name: string, n: number): Buffer {
  const lines = [
    `From: <customer${n}@example.org>`,
    'To: <support@example.com>',
    `Subject: =?utf-8?B?${Buffer.from(`${name}坏了`).toString('base64')}?=`,
    `Message-ID: <health-${n}@example.org>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `${name}坏了,请派人维修,电话 1370571009${n},地址杭州市西湖区文三路9${n}号。`,
    '--b',
    'Content-Type: image/png; name="fault.png"',
    'Content-Disposition: attachment; filename="fault.png"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
      Buffer.from(name),
    ]).toString('base64'),
    '--b--',
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}

describe('what could not be done is seen on the health page and done again from there', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-e2e-'))
  const media = join(dataDir, 'media')
  let browser: Browser
  let hub: FreshHub
  let imap: ImapEmulator
  let kf: Awaited<ReturnType<typeof startKfEmulator>>
  let admin: Person
  let mailAccount: string

  beforeAll(async () => {
    const options: { callbackUrl?: string } = {}
    ;[browser, hub, imap, kf] = await Promise.all([
      openBrowser(),
      freshHub({ DATA_DIR: dataDir, ALLOW_PRIVATE_HOSTS: '127.0.0.1' }),
      startImapEmulator(),
      startKfEmulator(options),
    ])
    const server = { host: '127.0.0.1', security: 'none' }
    const made = await hub.desk.post('/api/channel/create', {
      kind: 'email',
      name: '售后邮箱',
      config: {
        address: imap.user,
        password: imap.password,
        imap: { ...server, port: imap.port },
        smtp: { ...server, port: imap.port },
      },
    })
    mailAccount = String(made.id)
    await hub.desk.post('/api/setting/set', { name: 'outbox', value: { silentAccounts: [mailAccount] } })
    const config = { ...kfSettings(), secret: 'x'.repeat(43) }
    const account = await hub.desk.post('/api/channel/create', { kind: 'wecom-kf', name: '微信客服', config })
    options.callbackUrl = `${hub.url}/channels/wecom-kf/${String(account.id)}`
    admin = await person(browser)
    await signInAtPage(admin.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await imap?.stop()
    await kf?.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin]))

  const kfSettings = () => {
    const { corpId, secret, keys } = kf.account
    return { corpId, secret, token: keys.token, aesKey: keys.aesKey, baseUrl: kf.url }
  }
  const panel = (title: string) => admin.page.locator('section.panel', { has: admin.page.getByText(title) })
  const keep = (name: string) =>
    admin.page.screenshot({ path: join(pictures, 'health', `${name}.png`), fullPage: true })
  const tickets = async () => {
    const list = await hub.desk.get('/api/ticket/list?limit=50')
    return list.tickets as { id: string; summary: string }[]
  }
  const subjects = async () => (await tickets()).map(({ summary }) => summary)

  it('shows arrivals that could not be worked on with the reason, and works on one, then on all again', async () => {
    const { page } = admin
    // Whatever the disk is, it takes no files any more.
    renameSync(media, `${media}.gone`)
    writeFileSync(media, '')
    for (const [n, name] of ['空调', '冰箱', '洗衣机'].entries()) imap.deliver('INBOX', mail(name, n))
    await page.goto(`${hub.url}/health`)
    const arrivals = panel('无法读取的来件')
    await expect.poll(() => arrivals.locator('tbody tr.ant-table-row').count(), laidAside).toBe(3)
    const row = arrivals.locator('tbody tr.ant-table-row').first()
    expect(await row.textContent()).toMatch(/ENOTDIR|EEXIST|not a directory/)
    expect(await subjects()).toEqual([])
    await row.getByText('原始内容').click()
    await keep('arrivals')
    expect(await barriers(page)).toEqual([])

    rmSync(media)
    renameSync(`${media}.gone`, media)
    await row.getByRole('button', { name: '重新处理' }).click()
    await page.getByText('已重新排队 1 项').waitFor()
    await expect.poll(subjects, patience).toHaveLength(1)
    await expect.poll(() => arrivals.locator('tbody tr.ant-table-row').count(), patience).toBe(2)
    await arrivals.getByRole('button', { name: '全部重新处理（2）' }).click()
    await page.getByText('已重新排队 2 项').waitFor()
    await arrivals.waitFor({ state: 'detached' })
    await expect.poll(subjects, patience).toHaveLength(3)
  })

  it('shows a step that failed with what the vendor said, and does it again once the settings are right', async () => {
    const customer = kf.newCustomer()
    await kf.say(customer, '杭州市西湖区文三路259号,家里空调不制冷了,电话13605712844')
    const steps = panel('失败的处理步骤')
    await steps.locator('tbody tr.ant-table-row').first().waitFor()
    expect(await steps.locator('tbody tr.ant-table-row').first().textContent()).toContain('40001')
    await keep('steps')
    const { accounts } = (await hub.desk.get('/api/channel/list')) as unknown as {
      accounts: { id: string; kind: string; version: number }[]
    }
    const { id, version } = accounts.find(({ kind }) => kind === 'wecom-kf')!
    await hub.desk.post('/api/channel/update', { id, version, config: kfSettings() })
    await steps.getByRole('button', { name: /全部重新处理/ }).click()
    await steps.waitFor({ state: 'detached' })
    await expect.poll(subjects, patience).toHaveLength(4)
    await admin.page.getByText('一切正常').waitFor()
    await keep('well')
    expect(admin.mishaps).toEqual([])
  })
})
