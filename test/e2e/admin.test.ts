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

describe('an administrator at the console', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person
  let customer: Person | undefined

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    await hub.desk.post('/api/channel/create', { kind: 'qr', name: '扫码', config: {} })
    admin = await person(browser)
    await signInAtPage(admin.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin, customer]))

  const keep = (name: string) =>
    admin.page.screenshot({ path: join(pictures, 'admin', `${name}.png`), fullPage: true })

  it('adds a site and prints its code; who scans it need not write the address', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/devices`)
    await page.getByRole('link', { name: '场所' }).click()
    await page.getByText('还没有场所').waitFor()
    await page.getByRole('button', { name: '新增场所' }).first().click()
    await page.getByRole('textbox', { name: '名称' }).fill('湖滨银泰店')
    await page.getByLabel('市', { exact: true }).fill('杭州市')
    await page.getByLabel('区县').fill('上城区')
    await page.getByLabel('详细地址').fill('东坡路7号')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('row').filter({ hasText: '湖滨银泰店' }).waitFor()
    await keep('sites')
    await page.getByRole('checkbox', { name: '湖滨银泰店' }).check()
    await page.getByRole('button', { name: '打印二维码' }).click()
    const code = page.locator('.sticker img')
    await code.waitFor()
    const sticker = (await code.getAttribute('alt'))!
    customer = await person(browser, { size: 'phone' })
    await customer.page.goto(sticker)
    await customer.page.getByText('湖滨银泰店').waitFor()
    await customer.page.getByLabel('哪里坏了').fill('三号磨豆机堵了,出粉很慢')
    await customer.page.getByLabel('您的电话').fill('13705710099')
    await customer.page.getByLabel('怎么称呼您').fill('潘店长')
    await customer.page.getByRole('button', { name: '提交' }).click()
    await customer.page.waitForURL(/\/c\/t\//)
    const shown = customer.page.locator('.number')
    await shown.waitFor()
    const number = (await shown.textContent())!
    await customer.context.close()
    await page.goto(`${hub.url}/tickets`)
    await page.getByRole('row').filter({ hasText: number }).getByRole('link').first().click()
    await page.locator('[data-field=address]').getByText('东坡路7号').waitFor()
  })

  it('writes hours and a day off into the calendar, and they are there after a reload', async () => {
    const { page } = admin
    await hub.desk.post('/api/calendar/create', { name: '门店', hours: '24x7', isDefault: true })
    await page.goto(`${hub.url}/settings`)
    const panel = page.getByRole('region', { name: '门店' })
    await panel.getByRole('button', { name: '增加日期' }).click()
    expect(await panel.getByRole('button', { name: '保存' }).isDisabled()).toBe(true)
    await panel.getByLabel('日期').fill('2027-02-05')
    await panel.getByLabel('名称，如').fill('年会')
    await panel.getByText('按时段').click()
    await panel.getByLabel('结束').fill('21:00')
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByRole('button', { name: '取消' }).waitFor({ state: 'detached' })
    await page.reload()
    await panel.getByLabel('日期').waitFor()
    expect(await panel.getByLabel('日期').inputValue()).toBe('2027-02-05')
    expect(await panel.getByLabel('名称，如').inputValue()).toBe('年会')
    await keep('calendar')
    const { calendars } = (await hub.desk.get('/api/calendar/list')) as {
      calendars: { hours: unknown; overrides: { days: unknown } }[]
    }
    expect(calendars[0]!.hours).toEqual({
      spans: [{ days: [1, 2, 3, 4, 5, 6], open: '08:00', close: '21:00' }],
    })
    // Another one is begun with a click, and taken away again.
    await page.getByRole('button', { name: '新增日历' }).click()
    const second = page.getByRole('region', { name: '营业日历 2' })
    await second.getByRole('button', { name: '删除日历' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '删除' }).click()
    await second.waitFor({ state: 'detached' })
    expect(calendars[0]!.overrides.days).toEqual({ '2027-02-05': { work: false, name: '年会' } })
  })

  const setting = async (name: string) =>
    ((await hub.desk.get('/api/setting/list')) as { settings: { name: string }[] }).settings.find(
      (each) => each.name === name,
    )

  it('changes settings by their boxes, told at the box what is wrong, keeps what is not saved, and undoes a default', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/settings`)
    const panel = page.getByRole('region', { name: '派单询问' })
    const time = panel.getByRole('spinbutton', { name: '等待答复' })
    await time.fill('0.2')
    await panel.getByRole('switch', { name: '派单前先询问工程师' }).click()
    await panel.getByRole('button', { name: '添加“飞书”' }).click()
    await panel.getByRole('button', { name: '添加“企业微信”' }).click()
    await panel.getByRole('button', { name: '上移“企业微信”' }).press('Enter')
    await panel.getByText('“企业微信”现在是第 1 位').waitFor()
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.locator('[data-path=expiryMs]').getByText('不能小于 1 分钟').waitFor()
    expect(await time.evaluate((box) => box === document.activeElement)).toBe(true)
    expect(await setting('offers')).toMatchObject({ stored: false })
    await settled(page)
    await keep('settings-wrong')
    expect(await barriers(page)).toEqual([])
    // Another page is looked at meanwhile.
    await page.getByRole('link', { name: '审计' }).click()
    await page.getByRole('heading', { name: '审计' }).waitFor()
    await page.getByRole('link', { name: '设置', exact: true }).click()
    await panel.getByText('有未保存的修改').waitFor()
    // 0.2 minutes, in the unit in which they are whole.
    expect(await time.inputValue()).toBe('12')
    await time.fill('300')
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByText('已修改', { exact: true }).waitFor()
    const chosen = { enabled: false, expiryMs: 300_000, atOnce: 1, channels: ['wecom', 'feishu'] }
    expect(await setting('offers')).toMatchObject({ value: chosen, stored: true })
    await panel.getByRole('button', { name: '恢复默认' }).click()
    await panel.getByText('已恢复默认').waitFor()
    expect(await setting('offers')).toMatchObject({ value: { enabled: true, channels: [] }, stored: false })
    await panel.getByRole('button', { name: '撤销' }).click()
    await panel.getByText('已修改', { exact: true }).waitFor()
    expect(await setting('offers')).toMatchObject({ value: chosen, stored: true })
  })

  it('rewrites an automatic message and names the numbers of the company, and sees both as JSON', async () => {
    const { page } = admin
    const numbers = page.getByRole('region', { name: '公司电话' })
    const box = numbers.getByRole('combobox', { name: '公司自己的电话' })
    await box.fill('400-800-1234,12')
    await box.press('Enter')
    await numbers.getByRole('button', { name: '保存' }).click()
    await numbers.getByText('“12”：至少 3 个字符').waitFor()
    await box.press('Backspace')
    await numbers.getByRole('button', { name: '保存' }).click()
    await numbers.getByText('已修改', { exact: true }).waitFor()
    expect(await setting('company.hotlines')).toMatchObject({ value: ['400-800-1234'] })

    const panel = page.getByRole('region', { name: '自动消息' })
    await panel.getByText('挂起通知').click()
    const text = panel.locator('details[open]').getByLabel('中文')
    expect(await text.inputValue()).toContain('暂时挂起')
    await text.fill('')
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByText('“挂起通知”：不能为空').waitFor()
    await text.fill('工单 {number} 先放一放。')
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByRole('button', { name: '恢复默认', exact: true }).waitFor()
    await panel.getByRole('switch', { name: '以 JSON 编辑' }).click()
    const json = JSON.parse(await panel.getByRole('textbox', { name: '自动消息' }).inputValue())
    expect(json.texts['ticket.on_hold'].zh).toBe('工单 {number} 先放一放。')
    await keep('settings')
  })

  it('changes the routing policy by its boxes, told at the box what is wrong, and goes back to the shipped one', async () => {
    const { page } = admin
    const policy = async () =>
      (await hub.desk.get('/api/routing/policy')) as {
        stored: boolean
        policy: { emergency: unknown; engineers: { order: string[]; slackKm: unknown } }
      }
    const shipped = (await policy()).policy
    await page.goto(`${hub.url}/routing`)
    await page.getByRole('tab', { name: '策略' }).click()
    const panel = page.getByRole('region', { name: '派单策略' })
    const order = panel.getByRole('group', { name: '几位都符合时' })
    await order.getByRole('button', { name: '上移“未完成工单最少”' }).press('Enter')
    await panel.getByRole('spinbutton', { name: '差不多近', exact: true }).fill('-1')
    await panel.getByRole('spinbutton', { name: '紧急', exact: true }).fill('5')
    await panel.getByRole('switch', { name: '应急工单走应急组' }).click()
    await panel.getByRole('group', { name: '哪些算应急' }).waitFor({ state: 'detached' })
    await panel.getByRole('button', { name: '保存' }).click()
    const near = panel.locator('[data-path="engineers.slackKm.default"]')
    await near.getByText('不能小于 0').waitFor()
    await settled(page)
    await keep('policy-wrong')
    expect(await barriers(page)).toEqual([])
    expect((await policy()).stored).toBe(false)
    await near.getByRole('spinbutton').fill('8')
    await panel.getByRole('button', { name: '保存' }).click()
    await panel.getByText('已修改', { exact: true }).waitFor()
    expect((await policy()).policy).toEqual({
      ...shipped,
      emergency: null,
      engineers: {
        ...shipped.engineers,
        order: ['load', 'distance'],
        slackKm: { default: 8, byUrgency: { critical: 3, high: 5 } },
      },
    })
    await panel.getByRole('button', { name: '恢复默认' }).click()
    await panel.getByText('已恢复默认').waitFor()
    expect(await policy()).toMatchObject({ stored: false, policy: shipped })
  })

  it('keeps a search as a view, uses it after a reload, and takes it away', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/tickets`)
    await page.getByRole('searchbox').first().fill('磨豆机')
    await page.getByRole('button', { name: '保存当前筛选' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('磨豆机的单')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /确\s*定/ })
      .click()
    const view = page.getByRole('button', { name: '磨豆机的单', exact: true })
    await view.waitFor()
    await page.goto(`${hub.url}/tickets`)
    await view.click()
    await page.waitForURL(/q=/)
    await page.locator('.view[aria-pressed=true]').filter({ hasText: '磨豆机的单' }).waitFor()
    await keep('saved-view')
    await page
      .getByRole('button', { name: /磨豆机的单/ })
      .nth(1)
      .click()
    await view.waitFor({ state: 'detached' })
  })

  it('sees what an import would do, downloads its wrong rows, leaves them out, and undoes it', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/import`)
    const csv = '工号,姓名,手机\nHZ-1,王建国,13605710021\nHZ-2,李晓梅,13605710022\nHZ-3,,13605710023\n'
    const file = { name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('跳过有误的，导入 2 行').waitFor()
    await keep('import-preview')
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: '下载有误的行' }).click()
    const wrong = await (await downloading).createReadStream()
    let text = ''
    for await (const chunk of wrong) text += chunk
    expect(text).toContain('HZ-3')
    expect(text).not.toContain('HZ-1')
    await page.getByRole('button', { name: '跳过有误的，导入 2 行' }).click()
    await page.getByText('已导入 2 行').waitFor()
    const staff = async () =>
      ((await hub.desk.get('/api/staff/list')) as { staff: { name: string }[] }).staff.map(({ name }) => name)
    expect((await staff()).sort()).toEqual(['李晓梅', '王建国'])
    await page.getByRole('button', { name: '撤销' }).click()
    await page.getByText('删除 2 行，恢复 0 行').waitFor()
    expect(await staff()).toEqual([])
  })

  it('says on every page that it could not be read, and reads it when asked again', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/tickets`)
    const links = page.getByRole('navigation').getByRole('link')
    await links.first().waitFor()
    const paths = await links.evaluateAll((all) =>
      all.map((link) => new URL((link as HTMLAnchorElement).href).pathname),
    )
    expect(paths.length).toBeGreaterThan(12)
    const silent: string[] = []
    for (const path of new Set(paths)) {
      // The session is read; whatever the page itself asks for does not arrive. A lost network is tried twice more before it is told.
      await page.route(/\/api\/(?!session|events)/, (route) =>
        path === '/tickets' ? route.abort() : route.fulfill({ status: 502, body: 'Bad Gateway' }),
      )
      await page.goto(hub.url + path)
      const alert = page.getByRole('alert').filter({ has: page.getByRole('button', { name: '重试' }) })
      const told = await alert
        .first()
        .waitFor({ timeout: 8000 })
        .then(
          () => true,
          () => false,
        )
      if (path === '/tickets') await keep('could-not-be-read')
      await page.unroute(/\/api\/(?!session|events)/)
      if (!told) {
        silent.push(path)
        continue
      }
      // One click may bring back what several parts of a page wait for: the next alert is gone before it is clicked.
      const again = alert.first().getByRole('button', { name: '重试' })
      while (await alert.count()) await again.click({ timeout: 1000 }).catch(() => null)
    }
    expect(silent).toEqual([])
  })

  it('shows that a page is being read, and no emptiness before the answer', async () => {
    const { page } = admin
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(/\/api\/(?!session|events)/, async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${hub.url}/devices`)
    await page.locator('[aria-busy=true]').first().waitFor()
    await expect.poll(() => page.getByText('还没有设备').count()).toBe(0)
    await keep('being-read')
    release()
    await page.getByText('还没有设备').waitFor()
    await page.unroute(/\/api\/(?!session|events)/)
  })

  it('is asked before what was typed into a drawer is given up, and not when nothing was changed', async () => {
    const { page } = admin
    const drawer = page.locator('.ant-drawer-open')
    const question = page.getByRole('dialog').filter({ hasText: '有修改还没有保存' })
    const ways = [
      () => page.keyboard.press('Escape'),
      () => page.locator('.ant-drawer-mask').click({ position: { x: 40, y: 400 } }),
      () => drawer.getByRole('button', { name: /取\s*消/ }).click(),
    ]
    await page.goto(`${hub.url}/devices`)
    const add = page.getByRole('button', { name: '新增设备' }).first()
    for (const leave of ways) {
      await add.click()
      const box = drawer.getByLabel('序列号')
      await box.fill('AC')
      await box.fill('')
      await leave()
      await drawer.waitFor({ state: 'detached' })
      expect(await question.count()).toBe(0)
      await add.click()
      await box.fill('AC26050012')
      await leave()
      await question.waitFor()
      const safe = question.getByRole('button', { name: '继续编辑' })
      await expect.poll(() => safe.evaluate((it) => it === document.activeElement)).toBe(true)
      await keep('unsaved')
      await page.keyboard.press('Escape')
      await question.waitFor({ state: 'hidden' })
      expect(await box.inputValue()).toBe('AC26050012')
      await leave()
      await question.waitFor()
      await page.keyboard.press('Enter')
      await question.waitFor({ state: 'hidden' })
      expect(await box.inputValue()).toBe('AC26050012')
      await leave()
      await question.getByRole('button', { name: '放弃修改' }).click()
      await drawer.waitFor({ state: 'detached' })
    }
    await add.click()
    await drawer.getByLabel('序列号').fill('AC26050012')
    const asked = page.waitForEvent('dialog')
    const reloading = page.reload().catch(() => undefined)
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    await reloading
    expect(await drawer.getByLabel('序列号').inputValue()).toBe('AC26050012')
    await drawer.getByRole('button', { name: '保存' }).click()
    await drawer.waitFor({ state: 'detached' })
  })

  it('is asked before a device, a person’s sign-in, a channel or a webhook is taken away, with the focus on the safe answer', async () => {
    const { page } = admin
    await hub.desk.post('/api/device/create', { serialNumber: 'ASK-1' })
    await hub.desk.post('/api/user/create', {
      login: 'ask',
      displayName: '问一问',
      roles: ['agent'],
      password: 'ask-me-first-1',
    })
    await hub.desk.post('/api/webhook/create', {
      name: '财务系统',
      url: 'https://example.com/hook',
      events: ['ticket.*'],
    })
    const question = page.locator('.ant-modal-confirm')
    const drawer = page.locator('.ant-drawer-open')
    for (const [path, row, button, words] of [
      ['/devices', 'ASK-1', /删\s*除/, '删除“ASK-1”？'],
      ['/users', '问一问', /停\s*用/, '停用“问一问”？'],
      ['/webhooks', '财务系统', /删\s*除/, '删除“财务系统”？'],
    ] as const) {
      await page.goto(hub.url + path)
      const line = page.getByRole('row').filter({ hasText: row })
      await line.click()
      await drawer.getByRole('button', { name: button }).click()
      await question.locator('.ant-modal-confirm-title', { hasText: words }).waitFor()
      const safe = question.getByRole('button', { name: /取\s*消/ })
      await expect.poll(() => safe.evaluate((it) => it === document.activeElement)).toBe(true)
      await page.keyboard.press('Enter')
      await question.waitFor({ state: 'hidden' })
      expect(await drawer.count()).toBe(1)
      await drawer.getByRole('button', { name: button }).click()
      await question.getByRole('button', { name: button }).click()
      await drawer.waitFor({ state: 'detached' })
      if (path === '/users') await line.getByText('已停用').waitFor()
      else await line.waitFor({ state: 'detached' })
    }
    await page.goto(`${hub.url}/accounts`)
    await page.getByRole('row').filter({ hasText: '扫码' }).first().click()
    await drawer.getByRole('switch', { name: '启用' }).click()
    await drawer.getByRole('button', { name: '保存' }).click()
    await question.locator('.ant-modal-confirm-title', { hasText: '停用“扫码”？' }).waitFor()
    await keep('switch-off')
    await question.getByRole('button', { name: /停\s*用/ }).click()
    await question.waitFor({ state: 'hidden' })
    await drawer.getByRole('button', { name: /完\s*成/ }).click()
    await drawer.waitFor({ state: 'detached' })
    const { accounts } = (await hub.desk.get('/api/channel/list')) as {
      accounts: { name: string; enabled: boolean }[]
    }
    expect(accounts.find(({ name }) => name === '扫码')?.enabled).toBe(false)
  })

  it('is told what to set up before an engineer’s binding code can be of use', async () => {
    const { page } = admin
    await hub.desk.post('/api/staff/create', { number: 'BD-1', name: '绑定员' })
    await page.goto(`${hub.url}/staff`)
    await page.getByRole('tab', { name: '人员' }).click()
    await page.getByRole('row').filter({ hasText: '绑定员' }).click()
    await page.getByText('现在还没有启用员工可用的账号').waitFor()
    expect(await page.getByRole('button', { name: '生成绑定码' }).count()).toBe(0)
    await keep('no-code')
    await page.getByRole('link', { name: '去接入渠道' }).click()
    await page.waitForURL(/\/accounts$/)
  })

  it('changes the own password in the account menu, told when the old one is wrong, and signs in with the new one', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/users`)
    await page.getByTitle('我的账号').click()
    await page.getByRole('menuitem', { name: '修改密码' }).click()
    const dialog = page.getByRole('dialog', { name: '修改密码' })
    const fill = async (current: string, next: string, again: string) => {
      await dialog.getByLabel('当前密码').fill(current)
      await dialog.getByLabel(/^新密码/).fill(next)
      await dialog.getByLabel('再输一遍新密码').fill(again)
    }
    await dialog.getByText(/至少 10 个字符/).waitFor()
    await fill('nicht-dieses', 'grün-Tee-am-Morgen-7', 'anders')
    await dialog.getByText('两次输入的新密码不一致').waitFor()
    await fill('nicht-dieses', 'grün-Tee-am-Morgen-7', 'grün-Tee-am-Morgen-7')
    await dialog.getByRole('button', { name: '确定' }).click()
    await dialog.getByText('当前密码不正确').waitFor()
    await keep('password')
    await fill(hub.password, 'grün-Tee-am-Morgen-7', 'grün-Tee-am-Morgen-7')
    await dialog.getByRole('button', { name: '确定' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { name: '用户与令牌' }).waitFor()
    await admin.context.clearCookies()
    // The page may notice by itself before anybody clicks.
    await page
      .getByRole('link', { name: '审计' })
      .click({ timeout: 2_000 })
      .catch(() => null)
    await page.getByText('登录已过期，请重新登录').waitFor()
    await page.getByRole('textbox', { name: '账号' }).fill('admin')
    await page.getByRole('textbox', { name: '密码' }).fill('grün-Tee-am-Morgen-7')
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByTitle('我的账号').waitFor()
  })
})
