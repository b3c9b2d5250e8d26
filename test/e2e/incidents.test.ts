import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { barriers } from './barriers.ts'
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

const patience = { timeout: 60_000, interval: 100 }
const key = randomBytes(24)

describe('one cause of several customers, in the console', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person
  let english: Person
  let accountId: string

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    ;[admin, english] = await Promise.all([person(browser), person(browser, { lang: 'en' })])
    const account = await hub.desk.post('/api/channel/create', {
      ...{ kind: 'api', name: '物业', config: { signingSecrets: [`whsec_${key.toString('base64')}`] } },
    })
    accountId = String(account.id)
    await signInAtPage(admin.page, hub)
    await signInAtPage(english.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin, english]))

  const picture = (name: string, { page } = admin) =>
    page.screenshot({ path: join(pictures, `incidents-${name}.png`) })

  /** A customer files a message by the open channel, signed. */
  async function file(id: string, who: string, name: string, text: string): Promise<void> {
    const at = String(Math.floor(Date.now() / 1000))
    const body = JSON.stringify({ sender: { id: who, name }, text })
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
    const answer = await fetch(`${hub.url}/channels/api/${accountId}`, {
      method: 'POST',
      headers: { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
      body,
    })
    expect(answer.status).toBe(202)
  }

  it('is no incident at first, and the page says what would become one', async () => {
    const { page } = admin
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.getByText('现在没有进行中的事件').waitFor()
    expect(await barriers(page)).toEqual([])
    await picture('empty')
  })

  it('appears on the open page by itself when the second customer writes', async () => {
    const { page } = admin
    await file('m-1', 'u-1', '韩梅梅', '杭州市西湖区文三路259号阳光花园3号楼停电了,电话13705710091')
    await file('m-2', 'u-2', '李雷', '杭州市西湖区阳光花园5号楼停电了,家里有老人,电话13705710092')
    await page.getByText('阳光花园 停电').waitFor({ timeout: 60_000 })
    await file(
      'm-3',
      'u-3',
      '王芳',
      '杭州市西湖区阳光花园8号楼也停电了,什么时候来电?请尽快处理,电话13705710093',
    )
    await page.getByText('3 单，3 单处理中').waitFor({ timeout: 60_000 })
    expect(await barriers(page)).toEqual([])
    await picture('list')
  })

  it('shows its tickets with the reasons, and is told one sentence after saying how many hear it', async () => {
    const { page } = admin
    await page.getByText('阳光花园 停电').click()
    await page.getByRole('heading', { name: 'I0001 阳光花园 停电' }).waitFor()
    await page.getByText('同为“停电”，同在阳光花园').first().waitFor()
    expect(await barriers(page)).toEqual([])
    await picture('detail')
    await page.getByRole('button', { name: '统一答复' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('将发给 3 位客户').waitFor()
    await dialog.getByLabel('要说的话').fill('供电部门正在抢修,预计两小时内恢复。')
    await picture('answer')
    await dialog.getByRole('button', { name: '发给 3 位客户' }).click()
    await page.getByText('答复了 3 位客户：供电部门正在抢修').waitFor()
    const { conversations } = (await hub.desk.get('/api/conversation/list')) as {
      conversations: { id: string }[]
    }
    for (const { id } of conversations) {
      const { messages } = (await hub.desk.get(`/api/conversation/get?id=${id}`)) as {
        messages: { text: string }[]
      }
      expect(messages.filter(({ text }) => text.startsWith('供电部门正在抢修'))).toHaveLength(1)
    }
  })

  it('stands over each of its tickets, and a ticket that does not belong is taken out there', async () => {
    const { page } = admin
    await page.locator('tbody a.number').nth(2).click()
    await page.getByText('与另外 2 单同一原因：I0001 阳光花园 停电').waitFor()
    expect(await barriers(page)).toEqual([])
    await picture('banner')
    await page.getByRole('button', { name: '这单不是' }).click()
    await page.getByText('与另外 2 单同一原因').waitFor({ state: 'detached' })
    await page.getByText('事件 I0001：移出').waitFor()
    await page.getByRole('link', { name: '事件', exact: false }).first().click()
    await page.getByText('2 单，2 单处理中').waitFor()
  })

  it('is read in English as well, and closed and opened by hand', async () => {
    const { page } = english
    await page.goto(`${hub.url}/incidents/I0001`)
    await page.getByRole('heading', { name: 'I0001 Power cut: 阳光花园' }).waitFor()
    await page.getByText('Taken out').waitFor()
    await page.getByRole('button', { name: 'Close the incident' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Close the incident' }).click()
    await page.getByText('closed the incident').waitFor()
    await page.getByRole('button', { name: 'Open it again' }).click()
    await page.getByText('opened the incident again').waitFor()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('dialog').getByLabel('Rename').fill('Transformer room')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'I0001 Transformer room' }).waitFor()
    await picture('english', english)
    expect(english.mishaps).toEqual([])
  })

  it('a probable duplicate is shown with its reason, and refused or merged by a person', async () => {
    const { page } = admin
    const fields = { serial_number: 'WM8K-20231107', product_category: '洗衣机', phone: '13705710094' }
    const make = async (fault_description: string) =>
      (await hub.desk.post('/api/ticket/create', { fields: { ...fields, fault_description } })) as {
        ticketId: string
        number: string
      }
    const first = await make('洗衣机不排水')
    const second = await make('桶里的水排不出去,不排水')
    const third = await make('还是不排水')
    await page.goto(`${hub.url}/tickets/${second.number}`)
    await page.getByText(`可能与 ${first.number} 是同一件事`).waitFor({ timeout: 60_000 })
    await page.getByText('同一台设备（序列号 WM8K-20231107）').first().waitFor()
    await page.getByText(`可能与 ${third.number} 是同一件事`).waitFor({ timeout: 60_000 })
    await picture('duplicate')
    const banner = (number: string) => page.locator('.ant-alert', { hasText: `可能与 ${number} 是同一件事` })
    await banner(third.number).getByRole('button', { name: '不是' }).click()
    await banner(third.number).waitFor({ state: 'detached' })
    await banner(first.number)
      .getByRole('button', { name: `是，并入 ${first.number}` })
      .click()
    await banner(first.number).waitFor({ state: 'detached' })
    const ticket = async () =>
      ((await hub.desk.get(`/api/ticket/get?ticketId=${second.ticketId}`)) as { status: string }).status
    await expect.poll(ticket, patience).toBe('merged')
    expect(admin.mishaps).toEqual([])
  })
})
