import { createServer, type IncomingMessage, request as pass, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

/** Stands between browser and hub, as a load balancer does, and sees each stream of events. */
async function gateway(hub: string) {
  const streams = new Set<Socket>()
  const cursors: (string | null)[] = []
  let blocked = false
  let forged: string | null = null
  const { hostname, port } = new URL(hub)
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const address = new URL(request.url ?? '/', hub)
    const isStream = address.pathname === '/api/events'
    if (blocked && isStream) return void request.socket.destroy()
    if (isStream) {
      if (forged !== null) address.searchParams.set('after', forged)
      cursors.push(address.searchParams.get('after'))
      streams.add(request.socket)
      response.on('close', () => streams.delete(request.socket))
    }
    const { method, headers } = request
    const path = address.pathname + address.search
    const passed = pass({ hostname, port, method, headers, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => streams.size,
    /** What each stream began after, in the order in which they came. */
    cursors,
    /** Cuts the streams, and refuses new ones until it is lifted. */
    cut(until: boolean) {
      blocked = until
      for (const socket of [...streams]) socket.destroy()
    },
    forge: (cursor: string | null) => {
      forged = cursor
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('one stream of events for all tabs of a browser', () => {
  let browser: Browser
  let hub: FreshHub
  let between: Awaited<ReturnType<typeof gateway>>
  let agent: Person
  let tabs: Page[]
  let count = 0

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    between = await gateway(hub.url)
    agent = await person(browser)
    await signInAtPage(agent.page, { url: between.url, password: hub.password })
    tabs = [agent.page, await agent.context.newPage(), await agent.context.newPage()]
    for (const tab of tabs) {
      await tab.goto(`${between.url}/tickets`)
      await tab.locator('.link-live').waitFor()
    }
    // Loading the first page again began the stream again; from here on it must stand.
    between.cursors.splice(0)
  })
  afterAll(async () => {
    await browser?.close()
    await between?.stop()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [tabs[0] && { ...agent, page: tabs[0] }]))

  /** Somebody else makes a ticket; its words. */
  async function ticket(): Promise<string> {
    const said = `第${++count}台咖啡机不出水`
    await hub.desk.post('/api/ticket/create', { fields: { phone: '13605712844' }, readings: {}, said })
    return said
  }
  const shown = (tab: Page, words: string) => tab.locator('tbody tr', { hasText: words }).waitFor()

  it('is one connection at the hub for three tabs, and all three are live', async () => {
    expect(between.open()).toBe(1)
    const words = await ticket()
    for (const tab of tabs) await shown(tab, words)
    expect(between.cursors).toEqual([])
    await agent.page.screenshot({ path: join(pictures, 'stream', 'live.png') })
  })

  it('goes on without a new connection when the tab that began it is closed', async () => {
    await tabs.shift()!.close()
    const words = await ticket()
    for (const tab of tabs) await shown(tab, words)
    expect(between.open()).toBe(1)
    expect(between.cursors).toEqual([])
  })

  it('comes back after a cut at the position where it was, and misses nothing of the time between', async () => {
    between.cut(true)
    for (const tab of tabs) await tab.locator('.link-offline').waitFor()
    const words = await ticket()
    await tabs[0]!.screenshot({ path: join(pictures, 'stream', 'cut.png') })
    expect(await tabs[0]!.locator('tbody tr', { hasText: words }).count()).toBe(0)
    between.cut(false)
    for (const tab of tabs) await shown(tab, words)
    expect(between.open()).toBe(1)
    expect(Number(between.cursors.at(-1))).toBeGreaterThan(0)
  })

  it('reads everything again when the hub does not know its position any more', async () => {
    between.cut(true)
    for (const tab of tabs) await tab.locator('.link-offline').waitFor()
    const words = await ticket()
    // A position of a database that was restored from yesterday's backup: the hub has no events after it to send.
    between.forge('999999999')
    between.cut(false)
    for (const tab of tabs) await shown(tab, words)
    between.forge(null)
    expect(between.open()).toBe(1)
  })

  it('ends with the session, in every tab, and begins again with the next one', async () => {
    const [first, second] = tabs as [Page, Page]
    await first.getByRole('button', { name: '管理员' }).click()
    await first.getByRole('menuitem', { name: '退出登录' }).click()
    for (const tab of tabs) await tab.locator('.sign-in').waitFor()
    await expect.poll(between.open, { timeout: 20_000 }).toBe(0)
    await second.screenshot({ path: join(pictures, 'stream', 'signed-out.png') })
    await signInAtPage(second, { url: between.url, password: hub.password })
    await second.goto(`${between.url}/tickets`)
    await second.locator('.link-live').waitFor()
    await shown(second, await ticket())
    expect(between.open()).toBe(1)
    expect(agent.mishaps).toEqual([])
  })

  it('ends also where somebody else ended the session', async () => {
    const [, second] = tabs as [Page, Page]
    await second.evaluate(async () => {
      const { csrf } = (await (await fetch('/api/session/me')).json()) as { csrf: string }
      await fetch('/api/session/signOutEverywhere', { method: 'POST', headers: { 'x-csrf-token': csrf } })
    })
    between.cut(false)
    await second.locator('.sign-in').waitFor()
    await expect.poll(between.open, { timeout: 20_000 }).toBe(0)
  })
})
