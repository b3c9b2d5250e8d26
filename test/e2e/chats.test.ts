import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
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
  sizes,
} from './browser.ts'

const patience = { timeout: 60_000, interval: 100 }
const fault = '杭州市西湖区文三路259号,家里空调不制冷了,电话13605712844,麻烦明天下午来修'
const password = 'lake bridge lantern 57'

/** What a page would have shown on the desktop; whether somebody looks at it is said by the test. */
interface Noticed {
  readonly title: string
  readonly body: string
}
declare const noticed: Noticed[]

describe('the agents’ workbench', () => {
  let browser: Browser
  let hub: FreshHub
  let kf: Awaited<ReturnType<typeof startKfEmulator>>
  let anna: Person
  let bert: Person
  const customers = new Map<string, string>()

  beforeAll(async () => {
    const options: { callbackUrl?: string } = {}
    ;[browser, hub, kf] = await Promise.all([
      openBrowser(),
      freshHub({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' }),
      startKfEmulator(options),
    ])
    const { corpId, secret, keys } = kf.account
    const config = { corpId, secret, token: keys.token, aesKey: keys.aesKey, baseUrl: kf.url }
    const account = await hub.desk.post('/api/channel/create', { kind: 'wecom-kf', name: '微信客服', config })
    // Only people speak here: the hub's own notices would take from the reply window at a moment of their own.
    await hub.desk.post('/api/setting/set', { name: 'outbox', value: { silentAccounts: [account.id] } })
    options.callbackUrl = `${hub.url}/channels/wecom-kf/${String(account.id)}`
    for (const [login, displayName] of [
      ['anna', '安娜'],
      ['bert', '伯特'],
    ])
      await hub.desk.post('/api/user/create', { login, displayName, password, roles: ['agent'] })
    const text = '{customer}您好,工单{ticket}已受理,我是{agent}。'
    await hub.desk.post('/api/cannedReply/save', { keyword: '受理', title: '已受理', text, shared: true })
    ;[anna, bert] = await Promise.all([agent('anna'), agent('bert')])
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await kf?.close()
  })
  beforeEach((context) => picturesOfFailure(context, () => [anna, bert]))

  /** An agent at the workbench, whose browser may show notices. */
  async function agent(login: string): Promise<Person> {
    const somebody = await person(browser)
    await somebody.context.grantPermissions(['notifications'], { origin: hub.url })
    await somebody.context.addInitScript(() => {
      const shown: { title: string; body: string }[] = []
      class Recorded extends EventTarget {
        static readonly permission = Notification.permission
        constructor(title: string, { body = '' }: { body?: string } = {}) {
          super()
          shown.push({ title, body })
        }
      }
      Object.assign(globalThis, { noticed: shown, Notification: Recorded })
    })
    await signInAtPage(somebody.page, { url: hub.url, password }, login)
    await somebody.page.goto(`${hub.url}/chats`)
    await somebody.page.locator('.presence').waitFor()
    return somebody
  }

  /** A customer writes in WeChat; known to the test by a letter. */
  async function says(who: string, text: string): Promise<void> {
    if (!customers.has(who)) customers.set(who, kf.newCustomer())
    await kf.say(customers.get(who)!, text)
  }
  const screen = (who: string) => kf.screen(customers.get(who)!).map(({ words }) => words)
  const lists = { mine: '我的', queue: '排队', all: '全部' } as const
  const show = (page: Page, list: keyof typeof lists) =>
    page.locator('.chats-side .ant-segmented-item', { hasText: lists[list] }).click()
  /** The newest words of each chat of the list that is shown. */
  const rows = (page: Page) => page.locator('.chat-list .chat-last').allTextContents()
  const count = (page: Page, list: keyof typeof lists) =>
    page.locator('.chats-side .ant-segmented-item', { hasText: lists[list] }).textContent()
  const chat = (page: Page, words: string) => page.locator('.chat-list .chat', { hasText: words })
  const box = (page: Page) => page.getByLabel('回复客户…')
  const thread = (page: Page) => page.locator('.pane-conversation .thread')

  it('queues customers in the order in which they came, and lets an agent take them by keys', async () => {
    const { page } = anna
    await show(page, 'queue')
    for (const [who, text] of [
      ['a', fault],
      ['b', '你们几点下班'],
      ['c', '发票怎么开'],
    ] as const) {
      await says(who, text)
      await chat(page, text).waitFor()
    }
    expect(await rows(page)).toEqual([fault, '你们几点下班', '发票怎么开'])
    await page.keyboard.press(']')
    await thread(page).getByText(fault).waitFor()
    await page.keyboard.press('t')
    await page.getByRole('button', { name: '转给同事' }).waitFor()
    await expect.poll(() => rows(page), patience).toEqual(['你们几点下班', '发票怎么开'])
    // What was taken is open still; the next key goes to the first of those who wait.
    await page.keyboard.press(']')
    await thread(page).getByText('你们几点下班').waitFor()
    await page.keyboard.press('t')
    await expect.poll(() => count(page, 'mine'), patience).toBe('我的 2')
    await expect.poll(() => count(page, 'queue'), patience).toBe('排队 1')
  })

  it('says how many answers the channel allows and for how long, and puts who was answered below who waits', async () => {
    const { page } = anna
    await show(page, 'mine')
    await expect.poll(() => rows(page), patience).toEqual([fault, '你们几点下班'])
    const left = page.locator('.window')
    await expect
      .poll(() => left.textContent(), patience)
      .toMatch(/还可回复 5 条 · 窗口剩 (1 天 23 小时|2 天)/)
    await page.keyboard.press('r')
    await page.keyboard.type('晚上九点。')
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => screen('b'), patience).toContain('晚上九点。')
    await expect.poll(() => left.textContent(), patience).toContain('还可回复 4 条')
    // The other one now is the first of the list, though the answered one spoke last.
    await expect.poll(() => rows(page), patience).toEqual([fault, '晚上九点。'])
    for (const [words, then] of [
      ['周末也开。', '还可回复 3 条'],
      ['请带上发票。', '还可回复 2 条'],
      ['门口可以停车。', '还可回复 1 条'],
      ['到了请打电话。', '回复窗口已关闭'],
    ] as const) {
      await box(page).fill(words)
      await box(page).press('Control+Enter')
      await expect.poll(() => left.textContent(), patience).toContain(then)
    }
    // Why nothing more may be said stands above the box; it opens again with the customer's next words.
    await expect.poll(() => box(page).isDisabled(), patience).toBe(true)
    await says('b', '好的谢谢')
    await expect.poll(() => left.textContent(), patience).toContain('还可回复 5 条')
    await expect.poll(() => box(page).isDisabled(), patience).toBe(false)
    await expect.poll(() => rows(page), patience).toEqual([fault, '好的谢谢'])
  })

  it('gives nobody more chats at a time than they take, and the next one when one ended', async () => {
    await anna.page.getByLabel('同时接待').fill('2')
    await anna.page.getByLabel('同时接待').press('Enter')
    await anna.page.locator('.presence').getByText('在线', { exact: true }).click()
    await bert.page.getByLabel('同时接待').fill('1')
    await bert.page.getByLabel('同时接待').press('Enter')
    await bert.page.locator('.presence').getByText('在线', { exact: true }).click()
    await chat(bert.page, '发票怎么开').waitFor()
    await says('d', '可以上门吗')
    await expect.poll(() => count(bert.page, 'queue'), patience).toBe('排队 1')
    await expect.poll(() => count(anna.page, 'all'), patience).toBe('全部 3')
    await chat(anna.page, '好的谢谢').click()
    await anna.page.getByRole('button', { name: '结束会话' }).click()
    await chat(anna.page, '可以上门吗').waitFor()
    await expect.poll(() => count(anna.page, 'queue'), patience).toBe('排队 0')
    expect(await count(bert.page, 'mine')).toBe('我的 1')
  })

  it('keeps what is typed in each chat while the agent goes from one to the other, and when the page is read again', async () => {
    const { page } = anna
    await chat(page, '可以上门吗').click()
    await box(page).fill('可以,请问')
    await page.locator('.chat-list .chat').first().click()
    await thread(page).getByText(fault).waitFor()
    await expect.poll(() => box(page).inputValue()).toBe('')
    await box(page).fill('师傅明天')
    await chat(page, '可以上门吗').click()
    await expect.poll(() => box(page).inputValue()).toBe('可以,请问')
    await page.reload()
    await expect.poll(() => box(page).inputValue(), patience).toBe('可以,请问')
    await page.locator('.chat-list .chat').first().click()
    await thread(page).getByText(fault).waitFor()
    await expect.poll(() => box(page).inputValue()).toBe('师傅明天')
  })

  it('offers kept answers at a slash, with the customer, the ticket and the agent filled in', async () => {
    const { page } = anna
    const number = await page.locator('.chat-ticket a').textContent()
    await box(page).fill('')
    await box(page).pressSequentially('/受')
    await page.getByRole('option', { name: '已受理' }).waitFor()
    await box(page).press('Enter')
    const name = await page.locator('.chat-head h2').textContent()
    const said = `${name}您好,工单${number}已受理,我是安娜。`
    expect(await box(page).inputValue()).toBe(said)
    await box(page).press('Control+Enter')
    await expect.poll(() => screen('a'), patience).toContain(said)
    await expect.poll(() => box(page).inputValue()).toBe('')
  })

  it('keeps an answer with placeholders put in by their buttons, and refuses one that nothing fills in', async () => {
    const { page } = anna
    await page.getByRole('button', { name: '常用回复' }).click()
    await page.getByRole('button', { name: '新增' }).click()
    const drawer = page.locator('.ant-drawer-open').last()
    await drawer.getByLabel('关键词').fill('再见')
    await drawer.getByLabel('标题').fill('道别')
    const text = drawer.getByLabel('内容')
    await text.fill('{客户}再见')
    await drawer.getByRole('button', { name: '保存' }).click()
    await drawer.getByText('没有这个占位符：{客户}').waitFor()
    await text.fill('您好,再见')
    await text.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(0, 2))
    await drawer.getByRole('button', { name: '{customer}' }).click()
    expect(await text.inputValue()).toBe('{customer},再见')
    await page.screenshot({ path: join(pictures, 'chats-placeholders.png') })
    await drawer.getByRole('button', { name: '保存' }).click()
    await page.getByText('/再见').waitFor()
    // The list may have heard of it before the editor has its answer and closes.
    await expect.poll(() => page.locator('.ant-drawer-open').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.locator('.ant-drawer-open').waitFor({ state: 'detached' })
  })

  it('hands a chat over with a word for the colleague, and takes it back without losing what the colleague types', async () => {
    const { page } = anna
    await chat(page, '可以上门吗').click()
    await thread(page).getByText('可以上门吗').waitFor()
    await page.keyboard.press('h')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: '伯特' }).waitFor()
    await expect.poll(() => dialog.getByRole('radio', { name: '伯特' }).isChecked()).toBe(true)
    await dialog.getByLabel('交代几句').fill('客户只有周末在家')
    await page.screenshot({ path: join(pictures, 'chats-hand-over.png') })
    await dialog.getByLabel('交代几句').press('Control+Enter')
    await page.getByText('已转给伯特').waitFor()
    await chat(bert.page, '客户只有周末在家').click()
    await thread(bert.page).locator('.message-note').getByText('客户只有周末在家').waitFor()
    await box(bert.page).fill('周六上午可')
    expect(screen('d')).not.toContain('客户只有周末在家')
    await show(page, 'all')
    await chat(page, '客户只有周末在家').click()
    await page.getByRole('button', { name: '从伯特接手' }).waitFor()
    await page.keyboard.press('t')
    await page.getByRole('button', { name: '转给同事' }).waitFor()
    await bert.page.getByRole('button', { name: '从安娜接手' }).waitFor()
    expect(await box(bert.page).inputValue()).toBe('周六上午可')
    await expect.poll(() => rows(bert.page), patience).toEqual(['发票怎么开'])
  })

  it('shows a notice on the desktop when a customer writes while nobody looks, and none for the others', async () => {
    const { page } = bert
    const shown = () => page.evaluate(() => noticed.map(({ body }) => body))
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }))
    const before = await shown()
    await says('a', '师傅到哪了')
    await says('c', '要专票')
    await expect.poll(shown, patience).toEqual([...before, expect.stringContaining('要专票')])
  })

  it('leaves an agent’s words, focus and place alone while a hundred messages arrive in many chats', async () => {
    const { page } = anna
    await page.getByLabel('同时接待').fill('50')
    await page.getByLabel('同时接待').press('Enter')
    await show(page, 'mine')
    await chat(page, '客户只有周末在家').click()
    for (let n = 1; n <= 25; n++) await says('d', `早些时候的第 ${n} 句`)
    await thread(page).getByText('早些时候的第 25 句').waitFor()
    const place = () => thread(page).evaluate((element) => Math.round(element.scrollTop))
    await thread(page).evaluate((element) => element.scrollTo(0, 150))
    await expect.poll(place).toBe(150)
    await box(page).fill('')
    let arrived = false
    const crowd = Array.from({ length: 19 }, (_, i) => `新客户 ${i + 1}`)
    const arrive = async () => {
      for (let n = 1; n <= 5; n++) for (const who of ['d', ...crowd]) await says(who, `${who} 的第 ${n} 句`)
      arrived = true
    }
    let typed = ''
    const type = async () => {
      // A slow machine must not fill the box.
      while (!arrived && typed.length < 3000) {
        await page.keyboard.type('师傅在路上,')
        typed += '师傅在路上,'
      }
    }
    await Promise.all([arrive(), type()])
    await thread(page).getByText('d 的第 5 句').waitFor({ state: 'attached' })
    const newest = [...crowd.map((who) => `${who} 的第 5 句`), 'd 的第 5 句', '师傅到哪了']
    await expect.poll(async () => (await rows(page)).sort(), patience).toEqual(newest.sort())
    expect(await count(page, 'mine')).toBe('我的 21')
    const { chats } = (await page.evaluate(async () =>
      (await fetch('/api/desk/chats?list=mine')).json(),
    )) as { chats: { last: string; waitingSince: string }[] }
    expect(await rows(page)).toEqual(chats.map(({ last }) => last))
    const waits = chats.map(({ waitingSince }) => waitingSince)
    expect(waits).toEqual([...waits].sort())
    // The focus never left the box, no key got lost, and what was being read is still in sight.
    await page.keyboard.type('半小时到。')
    expect(await box(page).inputValue()).toBe(`${typed}半小时到。`)
    expect(await place()).toBe(150)
  })

  it('has no barriers, in every size', async () => {
    const { page } = anna
    await show(page, 'mine')
    await chat(page, '师傅到哪了').click()
    await thread(page).getByText('师傅到哪了').waitFor()
    for (const size of ['wide', 'desk', 'phone'] as const) {
      await page.setViewportSize(sizes[size])
      await settled(page)
      await page.screenshot({ path: join(pictures, `workbench-${size}.png`) })
      expect(await barriers(page), size).toEqual([])
    }
    expect([...anna.mishaps, ...bert.mishaps]).toEqual([])
  })
})
