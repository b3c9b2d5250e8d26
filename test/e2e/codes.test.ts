import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startOaEmulator } from '../../channels/wechat-oa/emulator/index.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
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

describe('the codes that are printed for a device', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person
  let oa: Awaited<ReturnType<typeof startOaEmulator>>
  let kf: Awaited<ReturnType<typeof startKfEmulator>>

  beforeAll(async () => {
    ;[browser, hub, oa, kf] = await Promise.all([
      openBrowser(),
      freshHub({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' }),
      startOaEmulator(),
      startKfEmulator(),
    ])
    admin = await person(browser)
    await signInAtPage(admin.page, hub)
    const { post } = hub.desk
    const { appId, appSecret } = oa.account
    const { corpId, secret } = kf.account
    const keys = ({ token, aesKey }: { token: string; aesKey: string }) => ({ token, aesKey })
    const oaConfig = { appId, appSecret, ...keys(oa.account.keys), baseUrl: oa.url }
    const kfConfig = { corpId, secret, ...keys(kf.account.keys), baseUrl: kf.url }
    await post('/api/channel/create', { kind: 'qr', name: '扫码报修', config: {} })
    await post('/api/channel/create', { kind: 'wechat-oa', name: '公众号', config: oaConfig })
    await post('/api/channel/create', { kind: 'wecom-kf', name: '微信客服', config: kfConfig })
    await post('/api/category/create', { name: '空调', aliases: [] })
    await post('/api/model/create', { model: 'KFR-35GW', category: '空调' })
    for (const n of [1, 2]) await post('/api/device/create', { serialNumber: `HZ-${n}`, model: 'KFR-35GW' })
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await oa?.close()
    await kf?.close()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin]))

  const choose = (name: string) => admin.page.locator('.ant-segmented-item', { hasText: name }).click()
  const shown = () => admin.page.locator('.sticker img')
  const printing = () => admin.page.getByRole('button', { name: /^打\s*印$/ })

  it('open the form, until somebody chooses a chat whose codes are not made yet', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/devices`)
    await page.locator('thead').getByRole('checkbox').check()
    await page.getByRole('button', { name: /打印二维码/ }).click()
    await expect.poll(() => shown().count()).toBe(2)
    await expect.poll(() => printing().isEnabled()).toBe(true)
    await choose('公众号 · 长期')
    await page.getByText('2 张还没有这种二维码').waitFor()
    await expect.poll(() => shown().count()).toBe(0)
    await expect.poll(() => printing().isEnabled()).toBe(false)
  })

  it('say in words why WeChat makes none, and are made when it does', async () => {
    const { page } = admin
    oa.closed.add('qrcode')
    await page.getByRole('button', { name: /生\s*成/ }).click()
    await page.getByText('公众号没有此接口权限', { exact: false }).waitFor()
    oa.closed.clear()
    await page.getByRole('button', { name: /生\s*成/ }).click()
    await expect.poll(() => shown().count()).toBe(2)
    await expect.poll(() => printing().isEnabled()).toBe(true)
    const url = (await shown().first().getAttribute('alt'))!
    expect(oa.codes.get(url)?.scene).toMatch(/^[\w-]{63}$/)
    expect(
      await shown()
        .first()
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBeGreaterThan(0)
    await page.screenshot({ path: join(pictures, 'labels-wechat.png') })
  })

  it('say how long they work, and are one link for customer service, which need not wait for the others', async () => {
    const { page } = admin
    const pressed = Promise.withResolvers<void>()
    let asked = 0
    await page.route('**/api/catalogue/makeCode', async (route) => {
      asked += 1
      if (asked === 2) await pressed.promise
      await route.continue()
    })
    await choose('公众号 · 30 天')
    await page.getByRole('button', { name: /生\s*成/ }).click()
    await page.locator('.sticker').getByText('有效期至').first().waitFor()
    await choose('微信客服')
    await page.getByRole('button', { name: /生\s*成/ }).click()
    await expect.poll(() => shown().count()).toBe(2)
    pressed.resolve()
    const urls = await shown().evaluateAll((all) => all.map((each) => each.getAttribute('alt')!))
    expect(new Set(urls.map((url) => new URL(url).searchParams.get('scene_param'))).size).toBe(2)
    expect(kf.links.size).toBe(1)
    await choose('公众号 · 30 天')
    await expect.poll(() => page.locator('.sticker').getByText('有效期至').count()).toBe(2)
  })

  it('are there again when the page is opened anew: nothing is made twice', async () => {
    const { page } = admin
    const before = oa.codes.size
    await page.reload()
    await choose('公众号 · 长期')
    await expect.poll(() => shown().count()).toBe(2)
    expect(oa.codes.size).toBe(before)
    expect(admin.mishaps.filter((each) => !each.includes('502'))).toEqual([])
  })
})
