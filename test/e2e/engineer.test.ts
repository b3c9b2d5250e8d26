import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../bench/hub-process.ts'
import { startSimulator } from '../../demo/simulator.ts'
import { dingtalk } from '../../demo/windows/dingtalk.ts'
import { feishu } from '../../demo/windows/feishu.ts'
import { wecom } from '../../demo/windows/wecom.ts'
import { type SeenCard, type Vendor, wordsOf } from '../../demo/windows/window.ts'
import { sampleTypes } from '../../src/imports/sample/types.ts'
import { barriers, settled } from './barriers.ts'
import {
  type FreshHub,
  freshHub,
  openBrowser,
  type Person,
  person,
  photo,
  pictures,
  picturesOfFailure,
} from './browser.ts'

type VendorName = 'wecom' | 'dingtalk' | 'feishu'
const engineers: Readonly<Record<VendorName, string>> = {
  wecom: '王建国',
  dingtalk: '李志强',
  feishu: '赵永明',
}
const vendorNames = Object.keys(engineers) as VendorName[]

describe("the engineer's page behind 详情, for engineers in WeCom, DingTalk and Feishu", () => {
  let browser: Browser
  let hub: FreshHub
  let vendors: Readonly<Record<VendorName, Vendor>>
  let simulator: Server
  let simulatorUrl: string
  let watcher: Person
  let phone: Person
  let rival: Person
  let picture: Buffer

  beforeAll(async () => {
    browser = await openBrowser()
    picture = await photo(browser)
    vendors = { wecom: await wecom(), dingtalk: await dingtalk(), feishu: await feishu() }
    const port = await freePort()
    hub = await freshHub({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      ALLOW_PRIVATE_HOSTS: '127.0.0.1',
    })
    const { desk } = hub
    // The kinds of ticket that a business has: the one that opens by itself wants to know what was done.
    for (const { calendar: _, ...type } of sampleTypes) await desk.post('/api/ticketType/create', { ...type })
    const { id: groupId } = await desk.post('/api/group/create', {
      name: '空调组',
      isDefault: true,
      intents: ['repair'],
    })
    for (const [i, name] of vendorNames.entries()) {
      const vendor = vendors[name]
      const { kind, accountName, config } = vendor
      const account = await desk.post('/api/channel/create', { kind, name: accountName, config })
      vendor.connect(`${hub.url}/channels/${kind}/${String(account.id)}`)
      const who = { number: `HZ-00${i}`, name: engineers[name] }
      const { id: staffId } = await desk.post('/api/staff/create', {
        ...{ ...who, skills: ['*'], certs: ['制冷'], groupIds: [groupId] },
      })
      const externalId = vendor.employ!(who)
      await desk.post('/api/staff/link', { staffId, accountId: account.id, externalId })
    }
    await desk.post('/api/setting/set', { name: 'offers', value: { atOnce: 3 } })
    simulator = await startSimulator({
      port: await freePort(),
      windows: vendorNames.map((name) => vendors[name].window!),
      ...{ consoleUrl: hub.url, signIn: '', picture },
    })
    simulatorUrl = `http://127.0.0.1:${(simulator.address() as { port: number }).port}`
    watcher = await person(browser, { size: 'wide' })
    phone = await person(browser, { size: 'phone' })
    rival = await person(browser, { size: 'phone', lang: 'en' })
  })
  afterAll(async () => {
    await browser?.close()
    simulator?.closeAllConnections()
    simulator?.close()
    await hub?.end()
    for (const vendor of Object.values(vendors ?? {})) await vendor.stop()
  })
  beforeEach((context) => picturesOfFailure(context, () => [watcher, phone, rival]))

  async function seen<T>(look: () => T | null | undefined | false): Promise<T> {
    const end = Date.now() + 90_000
    for (;;) {
      const found = look()
      if (found) return found
      if (Date.now() > end) throw new Error('it was not seen in time')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  const windowOf = (name: VendorName) => vendors[name].window!
  const engineerOf = (name: VendorName) => windowOf(name).people.find(({ role }) => role === 'engineer')!
  const customer = () => windowOf('feishu').people.find(({ role }) => role === 'customer')!
  const customerReads = () =>
    windowOf('feishu')
      .screen(customer().id)
      .map(({ text }) => text)
  const cards = (name: VendorName): SeenCard[] =>
    windowOf(name)
      .screen(engineerOf(name).id)
      .flatMap(({ card }) => card ?? [])
  const linkOn = (card: SeenCard) =>
    card.buttons.find(({ text }) => text === '详情')?.url ??
    card.lines.find(({ value }) => value === '详情')?.url
  /** The newest card of each engineer, once all have one more than before. */
  async function newCards(before: number): Promise<Readonly<Record<VendorName, SeenCard>>> {
    const found = await seen(() => vendorNames.every((name) => cards(name).length > before))
    expect(found).toBe(true)
    return Object.fromEntries(vendorNames.map((name) => [name, cards(name).at(-1)!])) as Record<
      VendorName,
      SeenCard
    >
  }
  const asks = async (words: string) => {
    await windowOf('feishu').say!(customer().id, words)
  }
  const cardSays = (name: VendorName, words: string) =>
    seen(() => wordsOf(cards(name).at(-1)!).includes(words))
  const goneSays = async (page: Page, words: string | RegExp) => {
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /接单|Accept/ }).count()).toBe(0)
  }

  it('is opened from the simulator’s card without sign-in, and shows the job before the answer', async () => {
    await windowOf('feishu').sendImage!(customer().id, picture)
    await asks(
      '家里空调不制冷,外机响声很大,显示E4,杭州市西湖区文三路90号1幢302,我姓吴,电话13605710099,明天上午在家',
    )
    await newCards(0)
    await watcher.page.goto(simulatorUrl)
    const window = watcher.page.locator('.window[data-vendor="wecom"]')
    const [opened] = await Promise.all([
      watcher.context.waitForEvent('page'),
      window.getByRole('button', { name: '详情' }).click(),
    ])
    await opened.getByRole('button', { name: '接单' }).waitFor()
    expect(opened.url()).toMatch(/\/e\/[\w-]{50}$/)
    await opened.close()

    const { page } = phone
    await page.goto(linkOn(cards('wecom').at(-1)!)!)
    await page.getByRole('heading', { level: 1 }).filter({ hasText: /T\d+/ }).waitFor()
    await settled(page)
    const words = await page.locator('main').innerText()
    for (const part of [
      '文三路90号',
      '136****0099',
      '接单后显示完整号码',
      '不制冷',
      '等你答复',
      '为什么派给你',
    ])
      expect(words).toContain(part)
    expect(words).not.toContain('13605710099')
    expect(
      await page.locator('.photo img').evaluate((img: HTMLImageElement) => img.naturalWidth),
    ).toBeGreaterThan(100)
    const maps = await page
      .locator('.maps a')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).host))
    expect(maps).toEqual(['uri.amap.com', 'apis.map.qq.com', 'api.map.baidu.com'])
    for (const target of await page.locator('main button:visible, main a.button:visible, summary').all())
      expect((await target.boundingBox())!.height).toBeGreaterThanOrEqual(44)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    expect(await barriers(page)).toEqual([])
    await page.screenshot({ path: join(pictures, 'engineer-asked.png'), fullPage: true })
  })

  it('accepts: the cards in all three vendors change, the customer is told, and a rival’s open page says who has it', async () => {
    await rival.page.goto(linkOn(cards('dingtalk').at(-1)!)!)
    await rival.page.getByRole('button', { name: 'Accept' }).waitFor()
    await rival.page.screenshot({ path: join(pictures, 'engineer-asked-en.png'), fullPage: true })
    const { page } = phone
    const told = customerReads().length
    await page.getByRole('button', { name: '接单' }).click()
    await page.getByRole('status').filter({ hasText: '已接单' }).waitFor()
    await page.getByRole('link', { name: '拨打 13605710099' }).waitFor()
    expect(await page.getByRole('link', { name: /^拨打/ }).getAttribute('href')).toBe('tel:13605710099')
    await cardSays('wecom', '已接单')
    await cardSays('dingtalk', '已被王建国接单')
    await cardSays('feishu', '已被王建国接单')
    for (const name of vendorNames)
      expect(
        cards(name)
          .at(-1)!
          .buttons.filter(({ url, dead }) => !url && !dead),
      ).toEqual([])
    await watcher.page.locator('.window[data-vendor="wecom"]').getByText('已接单').first().waitFor()
    await seen(() =>
      customerReads()
        .slice(told)
        .some((text) => text.includes('王师傅')),
    )
    // Nobody reloaded it.
    await goneSays(rival.page, 'Taken by 王建国')
    await rival.page.screenshot({ path: join(pictures, 'engineer-gone-en.png'), fullPage: true })
    expect(await barriers(rival.page)).toEqual([])
  })

  it('shows the conversation and what happened, and what the customer writes meanwhile without a reload', async () => {
    const { page } = phone
    await page.getByText(/^沟通记录/).click()
    await page.locator('.thread').getByText('外机响声很大').first().waitFor()
    await page.getByText(/^工单经过/).click()
    await page.getByText('状态变为“已接单，待上门”').waitFor()
    await asks('门铃坏了,到了打电话')
    await page.locator('.thread').getByText('门铃坏了').waitFor()
    await settled(page)
    expect(await barriers(page)).toEqual([])
    await page.screenshot({ path: join(pictures, 'engineer-mine.png'), fullPage: true })
  })

  it('keeps what is shown and what was typed while there is no network, says so, and goes on afterwards', async () => {
    const { page, context } = phone
    await page.getByLabel('写备注').fill('带一个压缩机过去')
    await context.setOffline(true)
    await page.getByRole('alert').filter({ hasText: '网络不通' }).waitFor()
    await page.getByRole('button', { name: '保存备注' }).click()
    await page.getByText('网络不通，没有提交').waitFor()
    await page.screenshot({ path: join(pictures, 'engineer-offline.png') })
    await context.setOffline(false)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(await page.getByLabel('写备注').inputValue()).toBe('带一个压缩机过去')
    await page.getByRole('button', { name: '保存备注' }).click()
    await page.getByText('已保存。').waitFor()
    expect(await page.getByLabel('写备注').inputValue()).toBe('')
    await expect.poll(() => page.locator('.thread').getByText('带一个压缩机过去').count()).toBe(1)
  })

  it('starts, puts off with a reason, goes on and ends with a word; the customer reads the end', async () => {
    const { page, mishaps } = phone
    await page.getByRole('button', { name: '开始处理' }).click()
    await page.getByRole('status').filter({ hasText: '处理中' }).waitFor()
    await page.getByRole('button', { name: '挂起' }).click()
    await page.getByRole('button', { name: '确认挂起' }).click()
    await page.getByText('请填写').waitFor()
    await page.getByLabel('挂起的原因').fill('等压缩机')
    await page.screenshot({ path: join(pictures, 'engineer-hold.png') })
    await page.getByRole('button', { name: '确认挂起' }).click()
    await page.getByRole('button', { name: '恢复处理' }).click()
    await page.getByRole('status').filter({ hasText: '处理中' }).waitFor()
    await page.getByRole('button', { name: '完成' }).click()
    await page.getByRole('button', { name: '确认完成' }).click()
    await page.getByText('请填写处理结果').waitFor()
    await page.getByLabel('处理结果（必填）').fill('已换压缩机,试机正常')
    await page.reload()
    await page.getByRole('button', { name: '完成' }).click()
    expect(await page.getByLabel('处理结果（必填）').inputValue()).toBe('已换压缩机,试机正常')
    await page.getByRole('button', { name: '确认完成' }).click()
    await page.getByRole('status').filter({ hasText: '已完成' }).waitFor()
    await page.locator('.row', { hasText: '处理结果' }).getByText('已换压缩机,试机正常').waitFor()
    await seen(() => customerReads().some((text) => text.includes('已处理完成')))
    await page.screenshot({ path: join(pictures, 'engineer-done.png'), fullPage: true })
    expect(mishaps).toEqual([])
  })

  it.each(['dingtalk', 'feishu'] as const)(
    'is the same behind a card of %s, whose card says 已接单 afterwards',
    async (name) => {
      const before = cards('wecom').length
      // Another customer, by the desk: in the chat this would belong to the ticket that is there.
      const phoneNumber = name === 'dingtalk' ? '13605710088' : '13605710077'
      await hub.desk.post('/api/ticket/create', {
        fields: {
          ...{ contact_name: '周先生', phone: phoneNumber, product_category: '空调', intent: 'repair' },
          fault_description: '空调漏水',
          address: {
            province: '浙江省',
            city: '杭州市',
            district: '西湖区',
            detail: '古墩路656号',
            adcode: '330106',
          },
        },
      })
      const made = await newCards(before)
      const { page } = phone
      await page.goto(linkOn(made[name])!)
      await page.getByRole('button', { name: '接单' }).click()
      await page.getByRole('status').filter({ hasText: '已接单' }).waitFor()
      await cardSays(name, '已接单')
      for (const other of vendorNames.filter((each) => each !== name))
        await cardSays(other, `已被${engineers[name]}接单`)
    },
  )

  it('turns a job down with a reason, and says afterwards why there is nothing to see', async () => {
    const before = cards('wecom').length
    await hub.desk.post('/api/ticket/create', {
      fields: {
        phone: '13605710066',
        product_category: '空调',
        intent: 'repair',
        fault_description: '空调不启动',
      },
    })
    const made = await newCards(before)
    const { page, mishaps } = phone
    await page.goto(linkOn(made.feishu)!)
    await page.getByRole('button', { name: '拒绝' }).click()
    await page.getByLabel('拒绝的原因（选填）').fill('今天排满了')
    await page.getByRole('button', { name: '确认拒绝' }).click()
    await goneSays(page, '已拒绝')
    await page.screenshot({ path: join(pictures, 'engineer-rejected.png'), fullPage: true })
    await cardSays('feishu', '已拒绝')
    expect(mishaps).toEqual([])
  })

  it('says that a link is not valid, and that the hub cannot be reached', async () => {
    const { page } = phone
    await page.goto(`${hub.url}/e/${'A'.repeat(50)}`)
    await page.getByRole('alert').filter({ hasText: '链接无效' }).waitFor()
    const link = linkOn(cards('wecom').at(-1)!)!
    await page.route('**/e/api/job*', (route) => route.abort())
    await page.goto(link)
    await page.getByText('请检查网络后重试').waitFor()
    await page.unroute('**/e/api/job*')
    await page.getByRole('button', { name: '重试' }).click()
    await page.getByRole('button', { name: '接单' }).waitFor()
    // The link never comes into what the hub writes down.
    expect(hub.process().output()).not.toContain(link.split('/').pop())
  })
})
