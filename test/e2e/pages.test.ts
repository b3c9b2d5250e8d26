import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { barriers, settled } from './barriers.ts'
import {
  type FreshHub,
  freshHub,
  type Lang,
  openBrowser,
  type Person,
  person,
  photo,
  pictures,
  picturesOfFailure,
  type Size,
  signInAtPage,
  sizes,
} from './browser.ts'

const wider = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Looks at the page in each size: keeps a picture and returns what is wrong. */
async function look(
  page: Page,
  name: string,
  lang: Lang,
  {
    in: only = ['desk', 'wide', 'phone'],
    fullPage = false,
  }: { in?: readonly Size[]; fullPage?: boolean } = {},
): Promise<string[]> {
  const wrong: string[] = []
  for (const size of only) {
    await page.setViewportSize(sizes[size])
    await settled(page)
    await page.screenshot({ path: join(pictures, lang, `${name}-${size}.png`), fullPage })
    if ((await wider(page)) > 0) wrong.push(`${name} ${size}: ${await wider(page)} px wider than the screen`)
    if (size !== 'wide') wrong.push(...(await barriers(page)).map((each) => `${name} ${size}: ${each}`))
  }
  return wrong
}

describe('every page, in both languages and all sizes', () => {
  let browser: Browser
  let hub: FreshHub
  let sticker: string
  let progress: string
  let ticketId: string
  let contactId: string
  const people = new Map<Lang, Person>()

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    for (const lang of ['zh', 'en'] as const) people.set(lang, await person(browser, { lang }))
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })

  beforeEach((context) => picturesOfFailure(context, () => [...people.values()]))

  /** Work as it lies there on an ordinary morning. */
  async function fill(): Promise<void> {
    await hub.desk.post('/api/sample/load', {})
    const { devices } = (await hub.desk.get('/api/device/list?limit=1')) as { devices: { id: string }[] }
    const label = await hub.desk.get(`/api/catalogue/label?kind=device&id=${devices[0]!.id}`)
    sticker = String(label.url)
    const calls = [
      ['13605712844', '杭州市西湖区文三路90号的张先生,空调不制冷,明天下午上门'],
      ['13800138001', '电梯门打不开,困了两个人,快来'],
      ['15900001111', '上海市浦东新区张杨路500号,净水器滤芯要更换,李女士'],
      ['13705710099', '打印机卡纸,已经报修三次了还没人来,我要投诉'],
    ]
    for (const [phone, said] of calls) {
      const read = await hub.desk.get(`/api/ticket/prefill?phone=${phone}&said=${encodeURIComponent(said!)}`)
      await hub.desk.post('/api/ticket/create', { fields: { phone }, readings: read.fields, said })
    }
    const { page, context } = await person(browser, { size: 'phone' })
    await page.goto(sticker)
    await page.getByLabel('哪里坏了').fill('空调开机十分钟后停机,显示 E4,外机有异响,昨天师傅来过没有修好')
    await page.getByLabel('您的电话').fill('13705710099')
    await page.getByLabel('怎么称呼您').fill('裘文杰')
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: '外机.jpg', mimeType: 'image/jpeg', buffer: await photo(browser) })
    await page.getByRole('button', { name: '提交' }).click()
    await page.locator('.number').waitFor()
    progress = page.url()
    const number = (await page.locator('.number').textContent())!
    const { tickets } = (await hub.desk.get('/api/ticket/list?limit=50')) as {
      tickets: { id: string; number: string }[]
    }
    ticketId = tickets.find((each) => each.number === number)!.id
    const ticket = (await hub.desk.get(`/api/ticket/get?ticketId=${ticketId}`)) as { contact: { id: string } }
    contactId = ticket.contact.id
    const { conversations } = (await hub.desk.get(`/api/conversation/ofTicket?ticketId=${ticketId}`)) as {
      conversations: { id: string }[]
    }
    await hub.desk.post('/api/outbox/reply', {
      conversationId: conversations[0]!.id,
      text: '裘先生您好,王师傅今天下午两点上门。',
    })
    await hub.desk.post('/api/ticket/note', { ticketId, text: '客户要求换一位师傅' })
    await context.close()
  }

  it('of the sign-in', async () => {
    const wrong: string[] = []
    for (const [lang, { page }] of people) {
      await page.goto(hub.url)
      await page.locator('.sign-in').waitFor()
      wrong.push(...(await look(page, 'sign-in', lang)))
      await signInAtPage(page, hub)
    }
    expect(wrong).toEqual([])
  })

  it.each(['zh', 'en'] as const)('of the empty console (%s)', async (lang) => {
    const { page } = people.get(lang)!
    const wrong: string[] = []
    for (const path of ['/tickets', '/devices', '/start', '/staff']) {
      await page.setViewportSize(sizes.desk)
      await page.goto(hub.url + path)
      await page.locator('main h1').first().waitFor({ state: 'attached' })
      wrong.push(...(await look(page, `empty${path.replace('/', '-')}`, lang, { in: ['desk'] })))
    }
    expect(wrong).toEqual([])
  })

  it('of the console is reached by the navigation', async () => {
    await fill()
    const { page } = people.get('zh')!
    const paths = await page
      .locator('.rail a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    expect(paths.length).toBeGreaterThanOrEqual(12)
  })

  it.each(['zh', 'en'] as const)('of the console with work in it (%s)', async (lang) => {
    const { page } = people.get(lang)!
    const wrong: string[] = []
    const paths = await page
      .locator('.rail a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')!))
    for (const path of [...paths, `/tickets/${ticketId}`, `/contacts/${contactId}`]) {
      await page.setViewportSize(sizes.desk)
      // By its address in one language, by the navigation in the other.
      if (lang === 'en' && paths.includes(path)) await page.locator(`.rail a[href="${path}"]`).click()
      else await page.goto(hub.url + path)
      await page.waitForURL(`${hub.url}${path}*`)
      await page.locator('main h1').first().waitFor({ state: 'attached' })
      const name = path.slice(1).replace(/s\/.*/, '')
      // Longer words are too wide on narrow screens first.
      wrong.push(...(await look(page, name, lang, lang === 'en' ? { in: ['desk', 'phone'] } : {})))
    }
    expect(wrong).toEqual([])
  })

  it.each(['zh', 'en'] as const)('of what opens over the console (%s)', async (lang) => {
    const { page } = people.get(lang)!
    const wrong: string[] = []
    await page.setViewportSize(sizes.desk)
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr').first().waitFor()
    for (const [key, name] of [
      ['n', 'new-ticket'],
      ['?', 'shortcuts'],
    ] as const) {
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      if (key === 'n') {
        await page.locator('input[inputmode=tel]').fill('13605712844')
        await page
          .getByRole('dialog')
          .locator('textarea')
          .first()
          .fill('杭州市西湖区文三路90号,空调不制冷,明天下午上门')
        await page.locator('.prefill dt').first().waitFor()
      }
      wrong.push(...(await look(page, name, lang, { in: ['desk', 'phone'] })))
      await page.setViewportSize(sizes.desk)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    }
    await page.goto(`${hub.url}/devices`)
    await page.locator('tbody tr.ant-table-row').first().getByRole('checkbox').check()
    await page.locator('tbody tr.ant-table-row').nth(1).getByRole('checkbox').check()
    await page
      .locator('button', { has: page.locator('svg') })
      .filter({ hasText: /[(（]2[)）]/ })
      .click()
    await page.locator('.sticker img').nth(1).waitFor()
    wrong.push(...(await look(page, 'labels', lang, { in: ['desk'] })))
    expect(wrong).toEqual([])
  })

  it.each(['zh', 'en'] as const)('of the customers (%s)', async (lang) => {
    const { page, context } = await person(browser, { lang, size: 'phone' })
    const wrong: string[] = []
    await page.goto(sticker)
    await page.locator('form').waitFor()
    wrong.push(...(await look(page, 'form', lang, { in: ['phone', 'desk'], fullPage: true })))
    await page.locator('button[type=submit]').click()
    await page.locator('.wrong').first().waitFor()
    wrong.push(...(await look(page, 'form-wrong', lang, { in: ['phone'], fullPage: true })))
    await page.goto(progress)
    await page.locator('.number').waitFor()
    wrong.push(...(await look(page, 'progress', lang, { in: ['phone', 'desk'], fullPage: true })))
    await page.goto(`${hub.url}/c/r/nonsense`)
    await page.getByRole('alert').waitFor()
    wrong.push(...(await look(page, 'link-invalid', lang, { in: ['phone'] })))
    await context.close()
    expect(wrong).toEqual([])
  })

  it('threw nothing and broke no policy', () => {
    expect([...people.values()].flatMap((each) => each.mishaps)).toEqual([])
  })
})
