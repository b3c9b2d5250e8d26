import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { barriers, settled } from './barriers.ts'
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

describe('what the console says of tickets, addresses and settings', () => {
  let browser: Browser
  let hub: FreshHub
  let chinese: Person
  let english: Person

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    ;[chinese, english] = await Promise.all([person(browser), person(browser, { lang: 'en' })])
    await signInAtPage(chinese.page, hub)
    await signInAtPage(english.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [chinese, english]))

  const keep = ({ page }: Person, name: string) =>
    page.screenshot({ path: join(pictures, 'notes', `${name}.png`), fullPage: true })
  const list = async (path: string, name: string) =>
    ((await hub.desk.get(path)) as Record<string, unknown>)[name] as { id: string; name: string }[]

  it('takes the sample away again without a trace, and keeps what was made beside it', async () => {
    const { page } = chinese
    const rooms = [
      ['/api/group/list', 'groups'],
      ['/api/staff/list', 'staff'],
      ['/api/device/list?limit=100', 'devices'],
      ['/api/site/list?limit=100', 'sites'],
    ] as const
    const count = async () => {
      const all: number[] = []
      for (const [path, name] of rooms) all.push((await list(path, name)).length)
      return all
    }
    await hub.desk.post('/api/group/create', { name: '自己的组', isDefault: false })
    const before = await count()
    await page.goto(`${hub.url}/start`)
    await page.getByRole('button', { name: '加载示例' }).click()
    await page.getByRole('button', { name: '移除示例' }).waitFor()
    const loaded = await count()
    for (const [at, each] of loaded.slice(0, 3).entries()) expect(each).toBeGreaterThan(before[at]!)
    await hub.desk.post('/api/device/create', { serialNumber: 'MINE-77' })
    await page.goto(`${hub.url}/staff`)
    await page.getByText('自己的组').waitFor()
    await keep(chinese, 'sample-loaded')
    await page.goto(`${hub.url}/start`)
    await page.getByRole('button', { name: '移除示例' }).click()
    const question = page.getByRole('dialog', { name: '移除示例工作区？' })
    await question.getByText(/会删除：.*14 个技能组.*40 台设备/).waitFor()
    await keep(chinese, 'sample-question')
    await question.getByRole('button', { name: '取消' }).click()
    await question.waitFor({ state: 'detached' })
    expect(await count()).toEqual([loaded[0], loaded[1], loaded[2]! + 1, loaded[3]])
    await page.getByRole('button', { name: '移除示例' }).click()
    await question.getByRole('button', { name: '移除示例' }).click()
    await page.getByRole('button', { name: '加载示例' }).waitFor()
    expect(await count()).toEqual([before[0], before[1], before[2]! + 1, before[3]])
    await page.goto(`${hub.url}/devices`)
    await page.getByText('MINE-77').waitFor()
    await page.goto(`${hub.url}/staff`)
    await page.getByText('自己的组').waitFor()
    await keep(chinese, 'sample-removed')
  })

  it('says why a ticket was routed again, in one language', async () => {
    for (const [name, regions] of [
      ['杭州组', ['杭州市']],
      ['宁波组', ['宁波市']],
    ] as const)
      await hub.desk.post('/api/group/create', { name, regions })
    const fields = { phone: '13605712844' }
    const said = '家里空调不制冷,杭州市西湖区文三路259号'
    const read = await hub.desk.get(`/api/ticket/prefill?said=${encodeURIComponent(said)}`)
    const made = await hub.desk.post('/api/ticket/create', { fields, readings: read.fields, said })
    const id = String(made.ticketId)
    const { page } = chinese
    await page.goto(`${hub.url}/tickets/${id}`)
    await page.locator('.timeline li', { hasText: '派单：杭州组' }).waitFor()
    const value = {
      province: '浙江省',
      city: '宁波市',
      district: '鄞州区',
      detail: '首南路1号',
      adcode: '330212',
    }
    await hub.desk.post('/api/ticket/setField', { ticketId: id, name: 'address', value })
    const again = page.locator('.timeline li', { hasText: '重新派单：宁波组' })
    await again.getByText('因为这些内容变了：地址').waitFor()
    await again.scrollIntoViewIfNeeded()
    await keep(chinese, 'routed-again')
    await english.page.goto(`${hub.url}/tickets/${id}`)
    const told = english.page.locator('.timeline li', { hasText: 'routed again: 宁波组' })
    await told.getByText('because this changed: Address').waitFor()
    expect(await english.page.locator('.timeline').textContent()).not.toMatch(/重新派单|因为|地址/)
  })

  it('says plainly that the person behind a ticket was erased', async () => {
    const fields = { phone: '13705710099', contact_name: '裘文杰' }
    const made = await hub.desk.post('/api/ticket/create', { fields, readings: {}, said: '打印机卡纸' })
    await hub.desk.post('/api/ticket/erase', { ticketId: made.ticketId })
    for (const [who, words, name] of [
      [chinese, '客户的个人信息已于', 'erased-zh'],
      [english, 'The customer’s personal data was erased on', 'erased-en'],
    ] as const) {
      await who.page.goto(`${hub.url}/tickets/${String(made.ticketId)}`)
      await who.page.locator('.ant-alert', { hasText: words }).waitFor()
      expect(await who.page.textContent('main')).not.toContain('裘文杰')
      await settled(who.page)
      await keep(who, name)
      expect(await barriers(who.page)).toEqual([])
    }
  })

  it('finds a ticket by a part of the serial number of its machine', async () => {
    const { page } = chinese
    const fields = { phone: '13605712844', serial_number: 'KFR35GW-88120457' }
    await hub.desk.post('/api/ticket/create', { fields, readings: {}, said: '第三台空调滴水' })
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr').first().waitFor()
    for (const part of ['88120457', '120457', 'KFR35GW']) {
      await page.locator('.search-box input').fill(part)
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
      await page.locator('tbody tr', { hasText: '第三台空调滴水' }).waitFor()
    }
  })

  it('warns before a code is printed, and offers the address of the local network for a trial', async () => {
    const { page } = chinese
    await hub.desk.post('/api/channel/create', { kind: 'qr', name: '扫码', config: {} })
    const [device] = await list('/api/device/list?limit=1', 'devices')
    const reach = (await hub.desk.get('/api/system/reachability')) as { lanUrls: string[] }
    await page.goto(`${hub.url}/devices/labels?ids=${device!.id}`)
    const warning = page.locator('.labels-warning [role=alert]')
    await warning.getByText('现在的地址只有本机能访问').waitFor()
    for (const url of reach.lanUrls) await warning.getByText(url, { exact: true }).waitFor()
    if (reach.lanUrls.length > 0) await warning.getByText('HOST=0.0.0.0').waitFor()
    await keep(chinese, 'label-warning')
    expect(await barriers(page)).toEqual([])
  })

  it('warns at the callback address of each channel that has one', async () => {
    const { page } = chinese
    const { kinds } = (await hub.desk.get('/api/channel/kinds')) as unknown as {
      kinds: { kind: string; guide: { part: string | null }[] }[]
    }
    const named = kinds.filter(({ guide }) => guide.some(({ part }) => part === 'callback'))
    expect(named.length).toBeGreaterThanOrEqual(4)
    const settings: Record<string, object> = {
      wecom: { corpId: 'ww0123456789abcdef', agentId: '1000002', secret: 's'.repeat(43) },
      'wecom-kf': { corpId: 'ww0123456789abcdef', secret: 's'.repeat(43) },
      'wechat-oa': { appId: 'wx0123456789abcdef', appSecret: 's'.repeat(32) },
      feishu: {
        mode: 'webhook',
        encryptKey: 'k'.repeat(20),
        appId: 'cli_0123456789abcdef',
        appSecret: 's'.repeat(32),
      },
      'phone-webhook': { staticKey: 'k'.repeat(32) },
      dingtalk: { mode: 'http', clientId: 'ding0123456789', clientSecret: 's'.repeat(64) },
    }
    const keys = { token: 'yitong0123', aesKey: 'a'.repeat(43) }
    const warned: string[] = []
    for (const { kind } of named) {
      const config = { ...settings[kind], ...(kind.startsWith('we') ? keys : {}) }
      await hub.desk.post('/api/channel/create', { kind, name: `账号 ${kind}`, config })
      await page.goto(`${hub.url}/accounts`)
      await page.getByText(`账号 ${kind}`, { exact: true }).click()
      const drawer = page.locator('.ant-drawer-open')
      await drawer
        .getByText(new RegExp(`/channels/${kind}/`))
        .first()
        .waitFor()
      await drawer.locator('[role=alert]', { hasText: '现在的地址只有本机能访问' }).first().waitFor()
      warned.push(kind)
    }
    await keep(chinese, 'callback-warning')
    expect(warned).toEqual(named.map(({ kind }) => kind))
  })

  it('names every setting, and shows no Chinese among the English words of its pages', async () => {
    const mixed: string[] = []
    for (const path of ['/settings', '/health', '/routing', '/types', '/evaluation', '/webhooks', '/start']) {
      await english.page.goto(hub.url + path)
      await english.page.locator('main h1').first().waitFor({ state: 'attached' })
      await settled(english.page)
      // What people or the shipped configuration named stays as it was named; titles, hints and labels may not.
      const words = await english.page
        .locator('main :is(h1, h2, h3, label, th, .quiet, button)')
        // A box within its label holds a text of the hub's own in another language.
        .evaluateAll((nodes) =>
          nodes.map((node) => {
            const words = node.cloneNode(true) as Element
            for (const box of words.querySelectorAll('textarea')) box.remove()
            return words.textContent ?? ''
          }),
        )
      for (const each of words) if (/\p{Script=Han}/u.test(each)) mixed.push(`${path}: ${each.slice(0, 80)}`)
    }
    expect(mixed).toEqual([])
    await english.page.goto(`${hub.url}/settings`)
    await english.page.getByRole('heading', { name: 'Offers to engineers' }).waitFor()
    const titles = await english.page.locator('main section h2').allTextContents()
    expect(titles).toEqual(expect.arrayContaining(['Offers to engineers', 'Assignment of chats']))
    const raw = titles.filter((each) => /^[a-z]+(\.[a-z]+)*$/.test(each))
    expect(raw).toEqual([])
    await keep(english, 'settings-en')
    expect([...chinese.mishaps, ...english.mishaps]).toEqual([])
  })
})
