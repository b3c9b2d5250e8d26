import { createHmac } from 'node:crypto'
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

const key = Buffer.alloc(32, 7)
const patience = { timeout: 40_000, interval: 200 }

describe('tags, risks and moods in the console', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person
  let accountId: string
  let ticketId: string

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    admin = await person(browser)
    const account = await hub.desk.post('/api/channel/create', {
      ...{ kind: 'api', name: '商城' },
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

  const tickets = async () =>
    ((await hub.desk.get('/api/ticket/list')) as { tickets: { id: string; risks: string[] }[] }).tickets
  const picture = (name: string) => admin.page.screenshot({ path: join(pictures, `labels-${name}.png`) })

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

  it('stand on the ticket with their words lit, and the mood says where it leads', async () => {
    const { page } = admin
    const thread = await file('m-1', '你好,家里空调漏水,没有异味,杭州市西湖区文三路259号,电话13605712844')
    await expect.poll(async () => (await tickets()).length, patience).toBe(1)
    await file('m-2', '说好昨天来,等了一天没人来', thread)
    await file('m-3', '太过分了,再不来我就找律师起诉,再发抖音', thread)
    ticketId = (await tickets())[0]!.id
    await expect
      .poll(async () => (await tickets())[0]!.risks, patience)
      .toEqual(expect.arrayContaining(['legal', 'media']))
    await page.goto(`${hub.url}/tickets/${ticketId}`)
    const labels = page.getByRole('region', { name: '标签与风险' })
    await labels.getByText('法律风险').waitFor()
    await labels.getByText('爽约').waitFor()
    await settled(page)
    await labels.getByRole('button', { name: '查看原话：故障 / 漏水 / 机身漏水' }).click()
    await page.locator('.message mark', { hasText: '漏水' }).waitFor()
    const moods = page.getByRole('region', { name: '客户情绪' })
    await moods.getByText('在变差').waitFor()
    expect(await moods.getByRole('button').count()).toBe(3)
    await moods.getByRole('button', { name: /第 3 句：愤怒，“太过分/ }).click()
    await page.locator('.message.arrived', { hasText: '找律师' }).waitFor()
    await picture('ticket')
    expect(await barriers(page)).toEqual([])
  })

  it('are added and removed with the keyboard, and the timeline says so', async () => {
    const { page } = admin
    const labels = page.getByRole('region', { name: '标签与风险' })
    await labels.getByRole('button', { name: '移除“舆情风险”' }).focus()
    await page.keyboard.press('Enter')
    await labels.getByText('舆情风险').waitFor({ state: 'detached' })
    await labels.getByRole('combobox', { name: '添加标签或风险' }).focus()
    await page.keyboard.type('赔偿')
    await page.locator('.ant-select-item-option', { hasText: '费用 / 赔偿' }).waitFor()
    await page.keyboard.press('Enter')
    await labels.locator('.tag', { hasText: '赔偿' }).waitFor()
    await page.getByText('标签：−舆情风险').waitFor()
    await page.getByText('标签：+费用/赔偿').waitFor()
  })

  it('are seen in the list, narrow it, and stay in a saved view', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/tickets`)
    const row = page.locator('tbody tr.row')
    await row.getByText('法律风险').waitFor()
    await page.getByRole('combobox', { name: '风险' }).click()
    await page.locator('.ant-select-item-option', { hasText: '安全风险' }).click()
    await page.getByText('没有符合条件的工单').waitFor()
    await page.locator('.ant-select-item-option', { hasText: '安全风险' }).click()
    await page.locator('.ant-select-item-option', { hasText: '法律风险' }).click()
    await page.keyboard.press('Escape')
    await row.getByText('法律风险').waitFor()
    await page.getByRole('combobox', { name: '标签' }).click()
    await page.locator('.ant-select-item-option', { hasText: '服务 / 上门 (1)' }).click()
    await page.keyboard.press('Escape')
    await row.getByText('爽约').waitFor()
    expect(page.url()).toContain('risk=legal')
    await picture('list')
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: '保存当前筛选' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('要告我们的')
    await page.keyboard.press('Tab')
    await page.getByRole('dialog').locator('.ant-btn-primary').click()
    await page.getByRole('button', { name: '要告我们的', exact: true }).waitFor()
    await page.getByRole('button', { name: '全部', exact: true }).click()
    await page.getByRole('button', { name: '要告我们的', exact: true }).click()
    await expect.poll(() => decodeURIComponent(page.url())).toContain('tag=服务/上门')
  })

  it('come from a tree that an administrator edits, and the line that is wrong is named', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/settings`)
    const panel = page.getByRole('region', { name: '标签树' })
    const box = panel.getByLabel('标签树的大纲')
    await box.waitFor()
    const before = await box.inputValue()
    await box.fill(`${before}\n咖啡机\n      磨豆卡死: 磨不动`)
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByText(/第 \d+ 行的缩进不对/).waitFor()
    await panel.getByRole('button', { name: /到第 \d+ 行/ }).click()
    expect(
      await box.evaluate((e: HTMLTextAreaElement) => e.value.slice(e.selectionStart, e.selectionEnd)),
    ).toContain('磨豆卡死')
    await picture('tree')
    await box.fill(`${before}\n咖啡机\n  磨豆卡死: 磨不动`)
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByText('已修改').waitFor()
    await panel.getByRole('button', { name: '恢复自带的标签树' }).click()
    await page.locator('.ant-popover').getByRole('button', { name: '恢复自带的标签树' }).click()
    await panel.getByText('自带', { exact: false }).first().waitFor()
    expect(await barriers(page)).toEqual([])
  })

  it('are read in English on a phone, and a step leads to its message there too', async () => {
    const reader = await person(browser, { lang: 'en', size: 'phone' })
    await signInAtPage(reader.page, hub)
    await reader.page.goto(`${hub.url}/tickets/${ticketId}`)
    const moods = reader.page.getByRole('region', { name: 'Mood of the customer' })
    await moods.getByText('getting worse').waitFor()
    await reader.page.screenshot({ path: join(pictures, 'labels-phone.png') })
    expect(await barriers(reader.page)).toEqual([])
    await moods.getByRole('button', { name: /Turn 1/ }).click()
    await reader.page.locator('.message.arrived', { hasText: '你好' }).waitFor()
    await reader.context.close()
    expect([...reader.mishaps, ...admin.mishaps]).toEqual([])
  })
})
