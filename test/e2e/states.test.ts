import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
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

const hostileHtml = `<p>空调不制冷,请派人维修,电话 13705710099,地址杭州市西湖区文三路90号。</p>
<script>top.caught = 'script'</script><img src=x onerror="top.caught='onerror'"><svg onload="top.caught='svg'"></svg>
<a href="javascript:top.caught='link'">点我</a><iframe src="javascript:top.caught='frame'"></iframe>
<img src="https://tracker.example.net/pixel.gif"><link rel=stylesheet href="https://tracker.example.net/a.css">
<style>@import "https://tracker.example.net/b.css"; body{background:url(https://tracker.example.net/c.png)}</style>
<meta http-equiv=refresh content="0;url=https://tracker.example.net/"><base href="https://tracker.example.net/">
<form action="https://tracker.example.net/"><input name=password><button>登录</button></form>`

const hostileMail = [
  'From: =?utf-8?B?PGltZyBzcmM9eCBvbmVycm9yPXRvcC5jYXVnaHQ9MT4=?= <zhangsan@example.org>',
  'To: support@example.com',
  'Subject: <script>top.caught="subject"</script>',
  'Message-ID: <hostile-1@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  hostileHtml,
  '--b',
  'Content-Type: image/svg+xml; name="../../../etc/<b>passwd.svg"',
  'Content-Disposition: attachment; filename="../../../etc/<b>passwd.svg"',
  '',
  '<svg xmlns="http://www.w3.org/2000/svg" onload="top.caught=1"><script>top.caught=1</script></svg>',
  '--b--',
  '',
].join('\r\n')

describe('pages when things are missing, wrong or hostile', () => {
  let browser: Browser
  let hub: FreshHub
  let mailbox: ImapEmulator
  let agent: Person
  let link: string
  let deviceId: string

  beforeAll(async () => {
    ;[browser, hub, mailbox] = await Promise.all([openBrowser(), freshHub(), startImapEmulator()])
    agent = await person(browser)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await mailbox?.stop()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent]))

  it('says what is wrong with a sign-in and where the first password is, and forgets the wrong one', async () => {
    const { page } = agent
    await page.goto(hub.url)
    await page.getByLabel('账号').fill('admin')
    await page.locator('input[type=password]').fill('not the password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.locator('input[type=password]').inputValue()).toBe('')
    await page.getByText('第一次启动？').click()
    await page.getByText('reset-password').waitFor()
    await signInAtPage(page, hub)
  })

  it('leads whoever sets up a new hub to the first steps, once', async () => {
    const { page } = agent
    await page.goto(hub.url)
    await page.getByRole('heading', { name: '开始使用' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/start')
    await page.goto(hub.url)
    await page.getByText('还没有工单', { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/tickets')
  })

  it.each(['/tickets', '/contacts', '/incidents'])(
    'says on %s that what an address names does not exist, and leads back to the list',
    async (list) => {
      const { page } = agent
      for (const id of ['019a0000-0000-7000-8000-000000000000', 'nonsense']) {
        await page.goto(`${hub.url}${list}/${id}`)
        await page.getByText('没有找到', { exact: true }).waitFor()
        expect(await page.getByRole('button', { name: '重试' }).count()).toBe(0)
      }
      await page.locator('main').getByRole('link', { name: '返回列表' }).click()
      await page.waitForURL(hub.url + list)
    },
  )

  it.each([
    ['/tickets', '还没有工单'],
    ['/devices', '还没有设备'],
    ['/health', '一切正常'],
    ['/nowhere', '没有这个页面'],
  ])('teaches on the empty page %s', async (path, words) => {
    await agent.page.goto(hub.url + path)
    await agent.page.getByText(words, { exact: true }).first().waitFor()
  })

  it('shows a mail with scripts, runs nothing of it and loads nothing from outside', async () => {
    const { page, context } = agent
    const outside: string[] = []
    context.on('request', (request) => {
      if (!request.url().startsWith(hub.url) && !/^(?:data|blob|about):/.test(request.url()))
        outside.push(request.url())
    })
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => outside.push('dialog')))
    const server = { host: '127.0.0.1', port: mailbox.port, security: 'none' }
    await hub.desk.post('/api/channel/create', {
      kind: 'email',
      name: '售后邮箱',
      config: { address: mailbox.user, password: mailbox.password, imap: server, smtp: server },
    })
    mailbox.deliver('INBOX', Buffer.from(hostileMail))
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr').first().getByRole('link').first().click()
    await page.locator('.message-customer').waitFor()
    await page.getByText('<script>top.caught="subject"</script>').first().waitFor()
    await page.getByRole('button', { name: '查看原始邮件' }).click()
    const frame = page.frameLocator('iframe.original')
    await frame.getByText('空调不制冷').waitFor()
    await frame
      .getByText('点我')
      .click({ timeout: 3000 })
      .catch(() => {})
    await page.waitForTimeout(500)
    expect(await page.evaluate(() => (globalThis as { caught?: unknown }).caught)).toBeUndefined()
    expect(await frame.locator('script, form, iframe, svg, meta[http-equiv], base[href]').count()).toBe(0)
    expect(outside).toEqual([])
    await page.locator('.ant-modal-close').click()
    await page.locator('iframe.original').waitFor({ state: 'detached' })
  })

  it('shows tickets on a phone as cards with what matters, filters folded, and nothing wider than the screen', async () => {
    const phone = await person(browser, { size: 'phone' })
    const { page } = phone
    await signInAtPage(page, hub)
    const fits = () =>
      page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)
    const card = page.locator('tbody tr').first()
    await card.locator('.number').waitFor()
    for (const part of ['.subject', '.urgency', '.status', '.cell-sla'])
      expect(await card.locator(part).first().isVisible(), part).toBe(true)
    const box = (await card.boundingBox())!
    expect(box.x + box.width).toBeLessThanOrEqual(390)
    expect(await fits()).toBe(true)
    const filter = page.locator('.filter').first()
    expect(await filter.isVisible()).toBe(false)
    await page.screenshot({ path: join(pictures, 'phone-list.png') })
    await page.getByRole('button', { name: '筛选' }).click()
    await filter.waitFor()
    await page.screenshot({ path: join(pictures, 'phone-filters.png') })
    expect(await fits()).toBe(true)
    await page.getByRole('button', { name: '筛选' }).click()
    await card.tap()
    await page.locator('.ticket-page h1').waitFor()
    await page.locator('.fields').waitFor()
    expect(await fits()).toBe(true)
    await page.screenshot({ path: join(pictures, 'phone-ticket.png') })
    await page.context().close()
    expect(phone.mishaps).toEqual([])
  })

  it('gives a file without its path, and never as a page', async () => {
    const { page, context } = agent
    const file = page.locator('.message-customer .files a, .message-customer .files img').first()
    const address = await file.evaluate(
      (element) => (element as HTMLAnchorElement).href || (element as HTMLImageElement).src,
    )
    const answer = await context.request.get(address)
    expect(answer.headers()['content-disposition']).toMatch(/^attachment; filename="[^"/\\]*"/)
    expect(answer.headers()['x-content-type-options']).toBe('nosniff')
    expect(await page.locator('.message-customer .files').textContent()).not.toContain('..')
  })

  it('says that it is cut off, keeps what is typed, and is live again when the hub is back', async () => {
    const { page } = agent
    await page.locator('.link-live').waitFor()
    await page.getByLabel('回复客户…').fill('写了一半的回复')
    await hub.stop()
    await page.locator('.link-offline').waitFor()
    await page.getByRole('link', { name: '设备' }).click()
    await page.getByText('连不上服务器').first().waitFor()
    await hub.start()
    await page.locator('.link-live').waitFor()
    // What could not be read meanwhile is read by itself.
    await page.getByText('还没有设备').waitFor()
    await page.goBack()
    expect(await page.getByLabel('回复客户…').inputValue()).toBe('写了一半的回复')
  })

  it('keeps a form through a lost network and sends it when it is back', async () => {
    await hub.desk.post('/api/channel/create', { kind: 'qr', name: '扫码报修', config: {} })
    const device = await hub.desk.post('/api/device/create', { serialNumber: 'E2E-1' })
    deviceId = String(device.id)
    const label = await hub.desk.get(`/api/catalogue/label?kind=device&id=${deviceId}`)
    link = String(label.url)
    const customer = await person(browser, { size: 'phone' })
    const { page, context } = customer
    await page.goto(link)
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByText('请填写').first().waitFor()
    await page.getByLabel('哪里坏了').fill('打印机卡纸')
    await page.getByLabel('您的电话').fill('12')
    await page.getByLabel('怎么称呼您').fill('李静')
    await page.getByLabel('上门地址').fill('杭州市西湖区文三路90号')
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByText('电话号码好像不对').waitFor()
    await page.getByLabel('您的电话').fill('13705710099')
    await context.setOffline(true)
    await page.getByRole('button', { name: '提交' }).click()
    await page.getByText('网络不通').waitFor()
    await context.setOffline(false)
    await page.waitForURL(/\/c\/t\//)
    await page.locator('.number').waitFor()
    expect(customer.mishaps).toEqual([])
    await context.close()
  })

  it('leads on when a code was renewed or was never one', async () => {
    await hub.desk.post('/api/device/renewLink', { id: deviceId })
    const { page, context } = await person(browser, { size: 'phone' })
    await page.goto(link)
    await page.getByRole('heading', { name: '二维码已过期' }).waitFor()
    await page.goto(`${hub.url}/c/r/nonsense`)
    await page.getByRole('heading', { name: '二维码无效' }).waitFor()
    await page.goto(`${hub.url}/c/t/nonsense`)
    await page.getByRole('alert').waitFor()
    await context.close()
  })

  it('threw nothing and broke no policy of its pages on the way', () => {
    expect(agent.mishaps).toEqual([])
  })
})
