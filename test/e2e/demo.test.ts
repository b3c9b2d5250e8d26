import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../bench/hub-process.ts'
import type { Summary } from '../../demo/story.ts'
import type { Line } from '../../demo/windows/window.ts'
import { openBrowser, type Person, person, pictures, picturesOfFailure } from './browser.ts'

const root = join(import.meta.dirname, '..', '..')
const channels = ['phone', 'wechat-oa', 'wecom-kf', 'dingtalk', 'feishu', 'email', 'qr']

interface SimulatorState {
  readonly windows: readonly {
    readonly vendor: string
    readonly people: readonly {
      readonly id: string
      readonly role: string
      readonly screen: readonly Line[]
    }[]
  }[]
}

describe('npm run demo', () => {
  let browser: Browser
  let demo: ChildProcess
  let port: number
  let output = ''
  let agent: Person
  let simulator: Person
  /** The card of the job that an engineer took by hand. */
  let taken: Locator | null = null
  const summary = join(root, 'artifacts', 'demo.json')

  beforeAll(async () => {
    mkdirSync(join(root, 'artifacts'), { recursive: true })
    rmSync(summary, { force: true })
    browser = await openBrowser()
    port = await freePort()
    demo = spawn(process.execPath, [join(root, 'demo', 'run.ts'), '--json', summary], {
      cwd: root,
      // What is exported for a real hub does not reach the demo's: nobody answers on this database.
      env: {
        ...process.env,
        PORT: String(port),
        DATABASE_URL: 'postgresql://nobody:none@127.0.0.1:1/none',
        REDIS_URL: 'redis://127.0.0.1:1',
        PUBLIC_URL: 'https://service.example.cn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [demo.stdout!, demo.stderr!]) stream.on('data', (chunk) => (output += String(chunk)))
    agent = await person(browser)
    simulator = await person(browser, { size: 'wide' })
  })
  afterAll(async () => {
    if (demo.exitCode === null) {
      demo.kill('SIGTERM')
      await once(demo, 'exit')
    }
    await browser?.close()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent, simulator]))

  async function until(words: string): Promise<void> {
    const end = Date.now() + 280_000
    while (!output.includes(words)) {
      if (demo.exitCode !== null || Date.now() > end) throw new Error(`"${words}" was not said:\n${output}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const windowOf = (page: Page, vendor: string) => page.locator(`.window[data-vendor="${vendor}"]`)

  const signIn = async (page: Page) => {
    const [, password] = /admin \/ (\S+)\)/.exec(output)!
    await page.goto(`http://127.0.0.1:${port}`)
    await page.locator('input[autocomplete=username]').fill('admin')
    await page.locator('input[type=password]').fill(password!)
    await page.keyboard.press('Enter')
    await page.locator('.topbar').waitFor()
  }

  it('shows the tickets in the console as they come, while the terminal tells the steps', async () => {
    await until('simulator http://')
    const { page } = agent
    await signIn(page)
    await page.goto(`http://127.0.0.1:${port}/tickets`)
    await page.locator('tbody').waitFor()
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }))
    await until('Ctrl-C')
    // The newest ticket was not there when the page was opened.
    const [, number] = [...output.matchAll(/ticket {2}(T\d+)/g)].at(-1)!
    await page.locator('tbody tr', { hasText: number! }).waitFor()
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true)
  })

  it('plays a request of every channel from the customer’s words to the engineer’s tap, and says each step with its time', async () => {
    await until('Ctrl-C')
    const { complete, requests, messages } = JSON.parse(readFileSync(summary, 'utf8')) as Summary
    expect(requests.map(({ channel, missing }) => ({ channel, missing }))).toEqual(
      channels.map((channel) => ({ channel, missing: [] })),
    )
    expect(complete).toBe(true)
    expect(new Set(requests.map(({ ticket }) => ticket)).size).toBe(channels.length)
    for (const { group, engineer, card } of requests)
      expect([group, engineer, card]).toEqual([expect.any(String), expect.any(String), expect.any(String)])

    const of = (channel: string) => requests.find((each) => each.channel === channel)!
    // Steps that only some requests have.
    expect(of('phone').steps).toHaveProperty('transcript')
    expect(of('wechat-oa').steps).toMatchObject({ retried: expect.any(Number), picture: expect.any(Number) })
    for (const channel of ['wechat-oa', 'wecom-kf', 'dingtalk', 'feishu']) {
      expect(of(channel).steps).toHaveProperty('agent')
      expect(of(channel).agent).toBe('管理员')
    }
    expect(of('feishu').steps).toHaveProperty('taken')
    for (const channel of channels.slice(1)) expect(of(channel).steps).toHaveProperty('told')

    // Three short texts, of which the first was delivered twice, and a picture are one conversation and one ticket.
    const oa = messages.filter(({ channel }) => channel === 'wechat-oa')
    expect(oa.map(({ text }) => text)).toEqual([
      '你好',
      '家里空调不制冷了',
      expect.stringContaining('文三路'),
      '',
    ])
    expect(new Set(oa.map(({ conversation, ticket }) => `${conversation} ${ticket}`)).size).toBe(1)
    for (const channel of channels.filter((each) => each !== 'wechat-oa'))
      expect(messages.filter((each) => each.channel === channel)).toHaveLength(1)

    for (const step of ['工单生成', '字段有依据', '已派单', '卡片送达', '工程师接单', '卡片已更新'])
      expect(output.match(new RegExp(`^ +\\d+ ms {2}${step}`, 'gm'))).toHaveLength(channels.length)
    expect(output).toMatch(/\d+ ms {2}已通知客户/)
  })

  it('shows every chat window, and says that the vendors are simulated', async () => {
    const { page, mishaps } = simulator
    await page.goto(`http://127.0.0.1:${port + 1}`)
    await windowOf(page, 'feishu').locator('li.hub').first().waitFor()
    for (const vendor of [...channels, 'wecom'])
      expect(await windowOf(page, vendor).locator('.tag').textContent()).toContain('simulated')
    await page.screenshot({ path: join(pictures, 'simulator.png'), fullPage: true })
    expect(mishaps).toEqual([])
  })

  it('lets a person type as a customer and answers from the console, where the chat and its ticket are', async () => {
    const { page } = agent
    await page.goto(`http://127.0.0.1:${port}/chats`)
    await page.getByText('在线', { exact: true }).click()
    await page.locator('.chat-list .chat').first().waitFor()
    const kf = windowOf(simulator.page, 'wecom-kf')
    await kf.getByRole('textbox').fill('师傅几点到?')
    await kf.getByRole('button', { name: '发送' }).click()
    const chat = page.locator('.chat', { hasText: '师傅几点到' })
    await chat.click()
    await page.locator('.thread').getByText('师傅几点到?').waitFor()
    await page.locator('.chat-ticket a').waitFor()
    await page.getByLabel('回复客户…').fill('师傅预计明天上午九点到。')
    await page.locator('.reply-box').getByRole('button', { name: '发送' }).click()
    await kf.getByText('师傅预计明天上午九点到。').waitFor()
    await page.screenshot({ path: join(pictures, 'chats.png') })
    expect(agent.mishaps).toEqual([])
  })

  /** Looks at the screen of every engineer in turn, until `seen` finds something there. */
  async function onScreens<T>(seen: (window: Locator) => Promise<T | null>): Promise<T | null> {
    const { page } = simulator
    const { windows } = (await (
      await page.request.get(`http://127.0.0.1:${port + 1}/state`)
    ).json()) as SimulatorState
    for (const { vendor, people } of windows) {
      const window = windowOf(page, vendor)
      for (const { id, screen } of people.filter(({ role }) => role === 'engineer')) {
        if (!screen.some(({ card }) => card)) continue
        await window.locator('select').selectOption(id)
        await window.locator(`ol[data-person="${id}"] .card`).first().waitFor()
        const found = await seen(window)
        if (found !== null) return found
      }
    }
    return null
  }

  it('shows the job cards of the story with address, link and urgency in colour', async () => {
    let count = 0
    await onScreens(async (window) => {
      for (const card of await window.locator('.card').all()) {
        count++
        const words = await card.textContent()
        expect(words).toContain('地址')
        expect(words).toContain('详情')
        expect(words).not.toContain('[{"')
        expect(await card.getAttribute('class')).toMatch(/ c-[a-z]+$/)
      }
      return null
    })
    // One for every request, and two where two engineers were asked.
    expect(count).toBe(channels.length + 1)
  })

  it('lets a person tap as an engineer, and the card changes', async () => {
    const { page, mishaps } = simulator
    // A mail of its own is a request of its own; in a chat it would go to the ticket that is open there.
    const mail = windowOf(page, 'email')
    await mail.getByRole('textbox').fill('洗衣机不排水,杭州市西湖区文三路90号1幢302,电话13605710099')
    await mail.getByRole('button', { name: '发送' }).click()
    // The card goes to whoever fits best, in that person's app.
    const accept = (window: Locator) => window.getByRole('button', { name: '接单', exact: true }).last()
    let window: Locator | null = null
    const end = Date.now() + 90_000
    while (!window && Date.now() < end)
      window = await onScreens(async (each) => ((await accept(each).count()) > 0 ? each : null))
    expect(window, 'no engineer got a card').not.toBeNull()
    await page.screenshot({ path: join(pictures, 'simulator-card.png'), fullPage: true })
    const card = window!.locator('.card').last()
    await accept(window!).click()
    await card.getByText('已接单').first().waitFor()
    await page.screenshot({ path: join(pictures, 'simulator-accepted.png'), fullPage: true })
    expect(mishaps).toEqual([])
    taken = card
  })

  it('lets that engineer complete the work on the page behind 详情', async () => {
    const [opened] = await Promise.all([
      simulator.context.waitForEvent('page'),
      // A button, or in WeCom's cards a link.
      taken!.getByText('详情', { exact: true }).click(),
    ])
    await opened.getByRole('button', { name: '开始处理' }).click()
    await opened.getByRole('status').filter({ hasText: '处理中' }).waitFor()
    await opened.getByRole('button', { name: '完成' }).click()
    await opened.getByLabel(/^处理结果/).fill('清理了排水泵,试机正常')
    await opened.getByRole('button', { name: '确认完成' }).click()
    await opened.getByRole('status').filter({ hasText: '已完成' }).waitFor()
    await opened.getByText('清理了排水泵,试机正常').waitFor()
    await opened.close()
  })

  it('lets a person call the hotline and send a picture', async () => {
    const { page } = simulator
    await windowOf(page, 'phone').getByRole('button', { name: '拨打热线' }).click()
    await windowOf(page, 'phone').getByText('已推送话单').nth(1).waitFor()
    const pictureLines = windowOf(page, 'wechat-oa').getByText('[图片 picture]')
    const before = await pictureLines.count()
    await windowOf(page, 'wechat-oa').getByRole('button', { name: '发一张图片' }).click()
    await pictureLines.nth(before).waitFor()
  })

  it('says in the console that the words of the call were written beforehand', async () => {
    const { page } = agent
    await page.goto(`http://127.0.0.1:${port}/tickets`)
    const [, number] = /ticket {2}(T\d+)/.exec(output)!
    await page.locator('tbody tr', { hasText: number! }).click()
    await page.locator('.call-scripted').first().waitFor()
    expect(await page.locator('.call-scripted').first().textContent()).toContain('不是语音识别的结果')
    expect(agent.mishaps).toEqual([])
  })

  it('ends with everything it started when it is told to', async () => {
    demo.kill('SIGTERM')
    const [code] = await once(demo, 'exit')
    expect(code).toBe(0)
  })
})
