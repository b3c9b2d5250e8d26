import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../bench/hub-process.ts'
import { openBrowser, type Person, person, pictures, picturesOfFailure } from './browser.ts'

const root = join(import.meta.dirname, '..', '..')

interface Outcome {
  readonly channel: string
  readonly ticket: string | null
  readonly missing: readonly string[]
}

describe('npm run demo', () => {
  let browser: Browser
  let demo: ChildProcess
  let port: number
  let output = ''
  let agent: Person
  let simulator: Person
  const summary = join(root, 'artifacts', 'demo.json')

  beforeAll(async () => {
    mkdirSync(join(root, 'artifacts'), { recursive: true })
    rmSync(summary, { force: true })
    browser = await openBrowser()
    port = await freePort()
    demo = spawn(process.execPath, [join(root, 'demo', 'run.ts'), '--json', summary], {
      cwd: root,
      env: { ...process.env, PORT: String(port) },
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

  it('plays a request of every channel from the customer’s words to the engineer’s tap, and says each step with its time', async () => {
    await until('Ctrl-C')
    const { complete, messages } = JSON.parse(readFileSync(summary, 'utf8')) as {
      complete: boolean
      messages: Outcome[]
    }
    expect(messages.map(({ channel, missing }) => ({ channel, missing }))).toEqual(
      ['phone', 'wechat-oa', 'wecom-kf', 'dingtalk', 'feishu', 'email', 'qr'].map((channel) => ({
        channel,
        missing: [],
      })),
    )
    expect(complete).toBe(true)
    expect(new Set(messages.map(({ ticket }) => ticket)).size).toBe(messages.length)
  })

  it('shows every chat window, and says that the vendors are simulated', async () => {
    const { page, mishaps } = simulator
    await page.goto(`http://127.0.0.1:${port + 1}`)
    await windowOf(page, 'feishu').locator('li.hub').first().waitFor()
    for (const vendor of ['wechat-oa', 'wecom-kf', 'wecom', 'dingtalk', 'feishu', 'email', 'qr'])
      expect(await windowOf(page, vendor).locator('.tag').textContent()).toContain('simulated')
    await page.screenshot({ path: join(pictures, 'simulator.png'), fullPage: true })
    expect(mishaps).toEqual([])
  })

  it('lets a person type as a customer and answers from the console, where the chat and its ticket are', async () => {
    const { page } = agent
    const [, password] = /admin \/ (\S+)\)/.exec(output)!
    await page.goto(`http://127.0.0.1:${port}`)
    await page.locator('input[autocomplete=username]').fill('admin')
    await page.locator('input[type=password]').fill(password!)
    await page.keyboard.press('Enter')
    await page.locator('.topbar').waitFor()
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

  it('lets a person tap as an engineer, and the card changes', async () => {
    const oa = windowOf(simulator.page, 'wechat-oa')
    await oa.getByRole('textbox').fill('我家洗衣机也坏了,不排水,还是文三路90号1幢302,电话13605710099')
    await oa.getByRole('button', { name: '发送' }).click()
    // The card goes to whoever fits best, in that person's app.
    const accept = async () => {
      for (const vendor of ['wecom', 'dingtalk', 'feishu']) {
        const window = windowOf(simulator.page, vendor)
        for (const option of await window.locator('option').all()) {
          await window.locator('select').selectOption((await option.getAttribute('value'))!)
          await simulator.page.waitForTimeout(150)
          const button = window.getByRole('button', { name: '接单' })
          if ((await button.count()) > 0) return { window, button: button.last() }
        }
      }
      return null
    }
    let found: Awaited<ReturnType<typeof accept>> = null
    const end = Date.now() + 90_000
    while (!found && Date.now() < end) found = await accept()
    expect(found, 'no engineer got a card').not.toBeNull()
    await found!.button.click()
    await found!.window.getByText('已接单').first().waitFor()
    await simulator.page.screenshot({ path: join(pictures, 'simulator-accepted.png'), fullPage: true })
  })

  it('ends with everything it started when it is told to', async () => {
    demo.kill('SIGTERM')
    const [code] = await once(demo, 'exit')
    expect(code).toBe(0)
  })
})
