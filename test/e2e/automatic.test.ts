import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
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

const key = Buffer.alloc(32, 7)
const patience = { timeout: 40_000, interval: 200 }

describe('what the hub says by itself', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person
  let accountId: string

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    admin = await person(browser)
    const account = await hub.desk.post('/api/channel/create', {
      ...{ kind: 'api', name: '商城', automatic: { question: true, state: true } },
      config: { signingSecrets: [`whsec_${key.toString('base64')}`] },
    })
    accountId = String(account.id)
    await signInAtPage(admin.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin]))

  const get = async <T>(path: string) => (await hub.desk.get(path)) as T

  /** A program files a message by the open channel, signed; answers the thread to go on with. */
  async function file(id: string, text: string, thread?: string): Promise<string> {
    const at = String(Math.floor(Date.now() / 1000))
    const body = JSON.stringify({ sender: { id: 'u-1' }, text, ...(thread ? { thread } : {}) })
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
    const answer = await fetch(`${hub.url}/channels/api/${accountId}`, {
      method: 'POST',
      headers: { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
      body,
    })
    expect(answer.status).toBe(202)
    return ((await answer.json()) as { thread: string }).thread
  }

  const said = async () => {
    const { conversations } = await get<{ conversations: { id: string }[] }>('/api/conversation/list')
    const id = conversations[0]?.id
    if (!id) return []
    const { messages } = await get<{ messages: { rule: string | null }[] }>(`/api/conversation/get?id=${id}`)
    return messages.flatMap(({ rule }) => rule ?? [])
  }

  it('is marked in the conversation with what made it speak, and told on the timeline', async () => {
    const { page } = admin
    const thread = await file('m-1', '空调不制冷了,麻烦来修一下,电话13605712844')
    await expect.poll(said, patience).toContain('question')
    await file('m-2', '2', thread)
    await expect.poll(said, patience).toContain('ticket.acknowledge')
    await file('m-3', '师傅什么时候来?', thread)
    await expect.poll(said, patience).toContain('ticket.state.open')
    const { tickets } = await get<{ tickets: { number: string }[] }>('/api/ticket/list?q=13605712844')
    await page.goto(`${hub.url}/tickets/${tickets[0]!.number}`)
    await page.getByText('自动 · 追问缺少的信息').waitFor()
    await page.getByText('自动 · 按工单状态答复').waitFor()
    await page.getByText('自动追问“地址”：客户选择了“稍后提供”').waitFor()
    await page.getByText('自动答复客户：工单进度').waitFor()
    await page.screenshot({ path: join(pictures, 'automatic-ticket.png') })
    expect(admin.mishaps).toEqual([])
  })

  it('is switched by account, each answer by itself', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/accounts`)
    await page.getByText('商城').click()
    const question = page.getByRole('switch', { name: '追问电话和地址' })
    await question.waitFor()
    expect(await question.getAttribute('aria-checked')).toBe('true')
    await question.scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(pictures, 'automatic-switches.png') })
    await question.click()
    await page.getByRole('button', { name: /保\s*存/ }).click()
    const switches = async () => {
      const { accounts } = await get<{ accounts: { id: string; automatic: object }[] }>('/api/channel/list')
      return accounts.find(({ id }) => id === accountId)?.automatic
    }
    await expect.poll(switches, patience).toEqual({ question: false, state: true, knowledge: false })
    expect(admin.mishaps).toEqual([])
  })
})
