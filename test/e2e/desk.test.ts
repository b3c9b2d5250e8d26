import { createHmac } from 'node:crypto'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type FreshHub,
  freshHub,
  openBrowser,
  type Person,
  person,
  photo,
  picturesOfFailure,
  signInAtPage,
} from './browser.ts'

const key = Buffer.alloc(32, 7)

interface Filed {
  readonly sender: object
  readonly text: string
}

describe('an agent at the desk', () => {
  let browser: Browser
  let hub: FreshHub
  let agent: Person
  let accountId: string

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    agent = await person(browser, { moving: true })
    const account = await hub.desk.post('/api/channel/create', {
      kind: 'api',
      name: '商城',
      config: { signingSecrets: [`whsec_${key.toString('base64')}`] },
    })
    accountId = String(account.id)
    await file('m-1', { sender: { id: 'u-1', name: '韩梅梅' }, text: '空调不制冷,电话 13705710099' })
    await file('m-2', {
      sender: { id: 'u-2', name: '韩女士' },
      text: '空调还是不制冷,麻烦快一点,13705710099',
    })
    await signInAtPage(agent.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent]))

  /** A program files a request by the open channel, signed. */
  async function file(id: string, body: Filed): Promise<void> {
    const at = String(Math.floor(Date.now() / 1000))
    const text = JSON.stringify(body)
    const signature = createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64')
    const answer = await fetch(`${hub.url}/channels/api/${accountId}`, {
      method: 'POST',
      headers: { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
      body: text,
    })
    expect(answer.status).toBe(202)
  }

  const openTicket = async (page: Page, words: string) => {
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr', { hasText: words }).first().click()
    await page.locator('.ticket-page h1').waitFor()
  }
  const more = async (page: Page, item: string) => {
    await page.getByRole('button', { name: '更改状态' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }

  it('finds a customer, joins the other account of the same person to it with a reason, and takes that back', async () => {
    const { page } = agent
    await page.goto(`${hub.url}/contacts`)
    await page.getByLabel('姓名、电话、邮箱').fill('梅梅')
    await page.locator('tbody tr', { hasText: '韩梅梅' }).click()
    await page.getByRole('heading', { name: '韩梅梅' }).waitFor()
    await page.getByRole('button', { name: '合并另一个客户' }).click()
    await page.getByLabel('查找另一个客户').fill('韩女士')
    await page.locator('.ant-select-item-option', { hasText: '韩女士' }).click()
    await page.getByLabel('依据').fill('电话里确认是同一人')
    await page.getByRole('dialog').getByRole('button', { name: '合并另一个客户' }).click()
    await page.getByText('人工合并：电话里确认是同一人').waitFor()
    await expect.poll(() => page.locator('.history a').count()).toBe(2)
    await page.getByRole('button', { name: '拆开' }).click()
    await page.locator('.link-row', { hasText: '已拆开' }).waitFor()
    await expect.poll(() => page.locator('.history a').count()).toBe(1)
  })

  it('answers with a pasted picture, which is stored before it is sent', async () => {
    const { page } = agent
    await openTicket(page, '空调不制冷')
    await page
      .locator('.reply-box input[type=file]')
      .setInputFiles({ name: '说明.jpg', mimeType: 'image/jpeg', buffer: await photo(browser) })
    await page.locator('.chosen-files').getByText('说明.jpg').waitFor()
    await page.getByLabel('回复客户…').fill('请按图中的步骤复位。')
    await page.locator('.reply-box').getByRole('button', { name: '发送' }).click()
    await page.locator('.thread, .pane-conversation').getByText('请按图中的步骤复位。').waitFor()
    await page.getByRole('img', { name: '说明.jpg' }).waitFor()
    await expect.poll(() => page.locator('.chosen-files').count()).toBe(0)
  })

  it('keeps what is typed while an answer is on its way, and what could not be sent', async () => {
    const { page } = agent
    await openTicket(page, '空调不制冷')
    const box = page.getByLabel('回复客户…')
    const thread = page.locator('.pane-conversation .thread')
    const held = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    await page.route('**/api/outbox/reply', async (route) => {
      asked.resolve()
      await held.promise
      await route.continue()
    })
    await box.fill('师傅今天下午到。')
    await box.press('Control+Enter')
    await asked.promise
    await box.pressSequentially('请问门口')
    held.resolve()
    await thread.getByText('师傅今天下午到。').waitFor()
    await expect.poll(() => box.inputValue()).toBe('请问门口')
    await page.unroute('**/api/outbox/reply')
    // The box has the focus all the time.
    await page.keyboard.type('好停车吗?')
    // It is sent, and the answer does not come back.
    await page.route('**/api/outbox/reply', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').getByText('可再按一次 Ctrl ↵ 重发').waitFor()
    expect(await box.inputValue()).toBe('请问门口好停车吗?')
    await page.unroute('**/api/outbox/reply')
    await page.reload()
    await box.press('Control+Enter')
    await thread.getByText('请问门口好停车吗?').waitFor()
    await expect.poll(() => box.inputValue()).toBe('')
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
    expect(await thread.getByText('请问门口好停车吗?').count()).toBe(1)
  })

  it('shares a draft with the other tab of the ticket, and takes it away from both when it is sent', async () => {
    const { page, context } = agent
    await openTicket(page, '空调不制冷')
    const other = await context.newPage()
    await other.goto(page.url())
    const [here, there] = [page, other].map((each) => each.getByLabel('回复客户…')) as [Locator, Locator]
    await there.waitFor()
    await here.fill('已为您加急处理。')
    await expect.poll(() => there.inputValue()).toBe('已为您加急处理。')
    await there.press('Control+Enter')
    await other.locator('.pane-conversation .thread').getByText('已为您加急处理。').waitFor()
    await expect.poll(() => here.inputValue()).toBe('')
    await page.reload()
    await other.close()
    await page.locator('.pane-conversation .thread').getByText('已为您加急处理。').waitFor()
    expect(await here.inputValue()).toBe('')
  })

  it('keeps the editor of a field with what was typed when it cannot be stored, and says what is wrong', async () => {
    const { page, context } = agent
    await openTicket(page, '空调不制冷')
    const row = (name: string) => page.locator('.field-row', { has: page.locator(`#label-${name}`) })
    await page.locator('[data-field=contact_name]').click()
    const box = row('contact_name').locator('input')
    await box.fill('韩梅梅女士')
    await context.setOffline(true)
    await box.press('Enter')
    await row('contact_name').getByRole('alert').getByText('你输入的内容仍在').waitFor()
    expect(await box.inputValue()).toBe('韩梅梅女士')
    // Another field meanwhile, and another page: what was typed waits.
    await page.getByRole('button', { name: '返回列表' }).click()
    await page.goBack()
    await expect.poll(() => box.inputValue()).toBe('韩梅梅女士')
    await context.setOffline(false)
    await box.press('Enter')
    await page.locator('[data-field=contact_name]').getByText('韩梅梅女士').waitFor()
    await page.locator('[data-field=appointment]').click()
    const ends = row('appointment').locator('input')
    // Neither over already nor more than two years away, whenever this runs.
    const day = `${new Date().getFullYear() + 1}-07-02`
    await ends.nth(0).fill(`${day}T16:00`)
    await ends.nth(1).fill(`${day}T14:00`)
    await row('appointment').getByRole('button', { name: '保存' }).click()
    await row('appointment').getByRole('alert').getByText('结束时间不能早于开始时间').waitFor()
    expect(await ends.nth(0).inputValue()).toBe(`${day}T16:00`)
    await ends.nth(1).fill(`${day}T18:00`)
    await row('appointment').getByRole('button', { name: '保存' }).click()
    await page.locator('[data-field=appointment]').getByText('18:00').waitFor()
  })

  it('brings back what was typed into a field after the session ended', async () => {
    const { page, context } = agent
    await openTicket(page, '空调不制冷')
    await page.locator('[data-field=contact_name]').click()
    const box = page.locator('.field-row', { has: page.locator('#label-contact_name') }).locator('input')
    await box.fill('韩梅梅太太')
    await context.clearCookies()
    await box.press('Enter')
    await page.locator('input[autocomplete=username]').fill('admin')
    await page.locator('input[type=password]').fill(hub.password)
    await page.keyboard.press('Enter')
    await expect.poll(() => box.inputValue()).toBe('韩梅梅太太')
    await box.press('Enter')
    await page.locator('[data-field=contact_name]').getByText('韩梅梅太太').waitFor()
  })

  it('shows both values when two people change one field, keeps what was typed, and stores the one that is chosen', async () => {
    const { page } = agent
    await openTicket(page, '空调不制冷')
    const ticketId = page.url().split('/').at(-1)
    const row = page.locator('.field-row', { has: page.locator('#label-order_number') })
    const value = page.locator('[data-field=order_number]')
    const change = async (mine: string, theirs: string) => {
      await value.click()
      await row.locator('input').fill(mine)
      await hub.desk.post('/api/ticket/setField', { ticketId, name: 'order_number', value: theirs })
      await row.locator('input').press('Enter')
      await row.getByText(`别人的：${theirs}`, { exact: true }).waitFor()
      await row.getByText(`你的：${mine}`, { exact: true }).waitFor()
    }
    await change('A-1', 'B-1')
    await row.getByRole('button', { name: '用我的' }).click()
    await value.getByText('A-1', { exact: true }).waitFor()
    await change('A-2', 'B-2')
    await row.getByRole('button', { name: '用别人的' }).click()
    await value.getByText('B-2', { exact: true }).waitFor()
    const { fields } = (await hub.desk.get(`/api/ticket/get?ticketId=${ticketId}`)) as {
      fields: { order_number: { value: string } }
    }
    expect(fields.order_number.value).toBe('B-2')
  })

  it('says how many tickets a search finds outside of the view, and shows them', async () => {
    const { page } = agent
    await page.goto(`${hub.url}/tickets?status=open&sla=late&sort=due`)
    await page.getByLabel('搜索').fill('空调')
    await page.getByText('没有符合条件的工单').waitFor()
    await page.getByRole('button', { name: '在全部工单中有 2 条' }).click()
    await expect.poll(() => page.locator('tbody tr').count()).toBe(2)
    expect(await page.getByLabel('搜索').inputValue()).toBe('空调')
    // Here nothing is left out.
    expect(await page.getByText('在全部工单中').count()).toBe(0)
  })

  it('takes a pasted page of text into the search and the new ticket without an error', async () => {
    const { page } = agent
    const pasted = '空调'.repeat(50_000)
    await page.goto(`${hub.url}/tickets`)
    const search = page.getByLabel('搜索')
    await search.focus()
    await page.keyboard.insertText(pasted)
    await page.getByText('没有符合条件的工单').or(page.locator('tbody .subject').first()).waitFor()
    expect((await search.inputValue()).length).toBe(200)
    await page.getByRole('button', { name: '新建工单' }).click()
    const sentence = page.getByLabel('一句话说清楚')
    await sentence.focus()
    await page.keyboard.insertText(pasted)
    expect((await sentence.inputValue()).length).toBe(4_000)
    await sentence.fill('')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('takes a type of ticket with what it is used for, offers it for a new ticket, and says aloud that nobody has a critical one', async () => {
    const { page } = agent
    await page.goto(`${hub.url}/types`)
    await page.getByRole('button', { name: '新增类型' }).click()
    const drawer = page.locator('.ant-drawer-open')
    await drawer.getByLabel('中文名称').fill('应急抢修')
    await drawer.getByLabel('英文名称').fill('Emergency')
    await drawer.getByLabel('标识').fill('emergency')
    await drawer.getByLabel('紧急程度').click()
    await page.locator('.ant-select-item-option', { hasText: '危急' }).click()
    await page.keyboard.press('Escape')
    // Its form: a text, and a choice that is put before it.
    const field = (n: number) => drawer.locator('.form-field').nth(n)
    await drawer.getByRole('button', { name: '增加字段' }).click()
    await field(0).getByLabel('字段中文名').fill('门锁编号')
    await drawer.getByRole('button', { name: '增加字段' }).click()
    await page.keyboard.type('破拆方式')
    await field(1).getByLabel('填什么').click()
    await page.locator('.ant-select-item-option', { hasText: '单选' }).click()
    await drawer.getByRole('button', { name: '保存' }).click()
    await field(1).getByText('至少写一个可选项').waitFor()
    await field(1).getByLabel('可选项').pressSequentially('撬开\uff0c切割\uff0c')
    await field(1).getByRole('button', { name: '上移“破拆方式”' }).click()
    await drawer.getByRole('button', { name: '保存' }).click()
    const line = page.locator('tbody tr', { hasText: '应急抢修' })
    await line.click()
    await drawer.locator('.ant-select-selection-item', { hasText: '危急' }).waitFor()
    expect(await field(0).getByLabel('字段中文名').inputValue()).toBe('破拆方式')
    expect(await field(1).getByLabel('字段中文名').inputValue()).toBe('门锁编号')
    await drawer.getByRole('switch', { name: '以 JSON 编辑' }).click()
    const json = JSON.parse(await drawer.locator('.json-editor').inputValue())
    expect(Object.values(json.properties)).toMatchObject([
      { type: 'string', title: { zh: '破拆方式' }, enum: ['撬开', '切割'] },
      { type: 'string', title: { zh: '门锁编号' } },
    ])
    await drawer.getByRole('button', { name: '取消' }).click()
    const typeOf = async (id: string) =>
      (await hub.desk.get(`/api/ticket/get?ticketId=${id}`)) as { number: string; type: { key: string } }
    // By itself, for a critical one.
    const fields = { phone: '13605712844', urgency: 'critical', fault_description: '电梯困人' }
    const { ticketId } = (await hub.desk.post('/api/ticket/create', { fields })) as { ticketId: string }
    const { number, type } = await typeOf(ticketId)
    expect(type.key).toBe('emergency')
    const notice = page.getByRole('alert').filter({ hasText: '危急工单没有人处理' })
    await notice.getByRole('link', { name: number }).click()
    await page.locator('.ticket-head .number', { hasText: number }).waitFor()
    // It stands before what came later and before.
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr').first().locator('.number', { hasText: number }).waitFor()
    const cancel = { ticketId, command: 'cancel', reason: '演练' }
    await hub.desk.post('/api/ticket/transition', cancel)
    await notice.waitFor({ state: 'detached' })
    // By hand, for one that is not critical.
    await page.getByRole('button', { name: '新建工单' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('客户电话').fill('13705710088')
    await dialog.getByLabel('一句话说清楚').fill('洗衣机要安装')
    await dialog.getByLabel('工单类型').click()
    await page.locator('.ant-select-item-option', { hasText: '应急抢修' }).click()
    await dialog.getByRole('button', { name: '创建工单' }).click()
    await page.locator('.ticket-page h1').waitFor()
    expect((await typeOf(page.url().split('/').at(-1)!)).type.key).toBe('emergency')
  })

  it('takes the levels of an address from its text, over those of another city too, and shows them before they are saved', async () => {
    const { page } = agent
    await openTicket(page, '空调不制冷')
    const row = page.locator('.field-row', { has: page.locator('#label-address') })
    for (const [typed, city, district] of [
      ['杭州市西湖区文三路90号', '杭州市', '西湖区'],
      ['上海市浦东新区张杨路500号', '上海市', '浦东新区'],
    ] as const) {
      await page.locator('[data-field=address]').click()
      await row.getByLabel('详细地址').fill(typed)
      await expect.poll(() => row.getByLabel('市', { exact: true }).inputValue()).toBe(city)
      expect(await row.getByLabel('区县').inputValue()).toBe(district)
      await row.getByLabel('详细地址').press('Enter')
      await page.locator('[data-field=address]').getByText(typed).waitFor()
    }
    const id = page.url().split('/').at(-1)
    const { fields } = (await hub.desk.get(`/api/ticket/get?ticketId=${id}`)) as {
      fields: { address: { value: object } }
    }
    expect(fields.address.value).toMatchObject({ city: '上海市', detail: '张杨路500号' })
  })

  it('links two tickets and takes the link away, merges them and undoes the merge', async () => {
    const { page } = agent
    await openTicket(page, '空调还是不制冷')
    await more(page, '关联或合并…')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('另一个工单').fill('韩梅梅')
    await page.locator('.ant-select-item-option').first().click()
    await dialog.getByRole('button', { name: '关联', exact: true }).click()
    await page.getByRole('region', { name: '关联工单' }).getByRole('button', { name: '取消关联' }).click()
    await page.getByRole('region', { name: '关联工单' }).waitFor({ state: 'detached' })
    await more(page, '关联或合并…')
    await dialog.getByLabel('另一个工单').fill('韩梅梅')
    await page.locator('.ant-select-item-option').first().click()
    await dialog.getByText('并入', { exact: true }).click()
    await dialog.getByRole('button', { name: '并入' }).click()
    await page.getByRole('region', { name: '已合并到' }).getByRole('button', { name: '撤销合并' }).click()
    await page.getByRole('region', { name: '已合并到' }).waitFor({ state: 'detached' })
    expect(agent.mishaps).toEqual([])
  })
})
