import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { firstPassword, freePort, type HubProcess, signIn, startHub } from '../../bench/hub-process.ts'
import { freshDatabase } from '../fresh-database.ts'

/** Debian's Chromium; `CHROMIUM` names another one. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Languages of the pages, by the locale of the browser. */
export const locales = { zh: 'zh-CN', en: 'en-GB' } as const
export type Lang = keyof typeof locales

/** Sizes that the pages are looked at in. */
export const sizes = {
  desk: { width: 1440, height: 900 },
  wide: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
} as const
export type Size = keyof typeof sizes

/** Starts a headless browser, with `more` of Chromium's own switches. */
export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath} (apt-get install chromium)`)
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      ...more,
    ],
  })
}

/** A person at a browser of their own; `mishaps` collects what a page threw and what its policy forbade. */
export interface Person {
  readonly context: BrowserContext
  readonly page: Page
  readonly mishaps: readonly string[]
}

/** Opens a browser window with storage of its own; for a person who wants nothing to move, if not told otherwise. */
export async function person(
  browser: Browser,
  { lang = 'zh', size = 'desk', moving = false }: { lang?: Lang; size?: Size; moving?: boolean } = {},
): Promise<Person> {
  const context = await browser.newContext({
    locale: locales[lang],
    timezoneId: 'Asia/Shanghai',
    reducedMotion: moving ? 'no-preference' : 'reduce',
    viewport: sizes[size],
    ...(size === 'phone' ? { hasTouch: true, isMobile: true } : {}),
  })
  context.setDefaultTimeout(20_000)
  const mishaps: string[] = []
  const page = await context.newPage()
  page.on('pageerror', (error) => mishaps.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security|Refused to/i.test(message.text()))
      mishaps.push(message.text())
  })
  return { context, page, mishaps }
}

/** A hub in its own process and folder, with the first password it printed. */
export interface FreshHub {
  readonly url: string
  readonly password: string
  readonly desk: Awaited<ReturnType<typeof signIn>>
  /** The hub as it runs now; another one after `restart`. */
  readonly process: () => HubProcess
  stop(): Promise<void>
  /** Starts it again on the same port and data. */
  start(): Promise<void>
  /** Stops it and takes its data away. */
  end(): Promise<void>
}

/** Starts a hub that nobody used before, on the PostgreSQL of this run: one of its own would take longer to start than most tests. */
export async function freshHub(env: Record<string, string> = {}): Promise<FreshHub> {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-e2e-'))
  const fresh = await freshDatabase({ poolSize: 1 })
  await fresh.leave()
  const settings = { DATA_DIR: dataDir, PORT: String(await freePort()), DATABASE_URL: fresh.url, ...env }
  let hub = await startHub(settings)
  const password = firstPassword(hub)
  let running = true
  const stop = async () => {
    if (running) await hub.stop()
    running = false
  }
  return {
    url: hub.url,
    password,
    desk: await signIn(hub, password),
    process: () => hub,
    stop,
    async start() {
      hub = await startHub(settings)
      running = true
    },
    async end() {
      await stop()
      await fresh.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Signs in at the console's own page, as a person does. */
export async function signInAtPage(
  page: Page,
  hub: Pick<FreshHub, 'url' | 'password'>,
  login = 'admin',
): Promise<void> {
  // Not the hub's own address, which leads whoever sets it up to the first steps.
  await page.goto(`${hub.url}/tickets`)
  await page.locator('input[autocomplete=username]').fill(login)
  await page.locator('input[type=password]').fill(hub.password)
  await page.keyboard.press('Enter')
  await page.locator('.topbar').waitFor()
}

/** A photo as a phone takes it: a real JPEG of some size. */
export async function photo(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } })
  await page.setContent(
    '<body style="margin:0;height:100vh;background:conic-gradient(#246,#9bd,#fff,#642,#246)"><h1>外机 E4</h1>',
  )
  const picture = await page.screenshot({ type: 'jpeg', quality: 90 })
  await page.close()
  return picture
}

/** Pictures of pages; the folder is not part of the repository. */
export const pictures = join(import.meta.dirname, '..', '..', 'artifacts', 'screenshots')

/** Keeps a picture of what each person saw when a test failed. For `beforeEach`. */
export function picturesOfFailure(context: TestContext, people: () => readonly (Person | undefined)[]): void {
  context.onTestFailed(async () => {
    for (const [index, each] of people().entries())
      await each?.page.screenshot({ path: join(pictures, 'failed', `${context.task.name}-${index}.png`) })
  })
}
