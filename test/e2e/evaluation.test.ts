import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
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
  sizes,
} from './browser.ts'

describe('the evaluation page', () => {
  let browser: Browser
  let hub: FreshHub
  let admin: Person

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(), freshHub()])
    admin = await person(browser)
    await signInAtPage(admin.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin]))

  const picture = (name: string, page: Page = admin.page) =>
    page.screenshot({ path: join(pictures, 'zh', `evaluation-${name}.png`), fullPage: true })
  const dialog = () => admin.page.getByRole('dialog')

  it('evaluates the shipped conversations and shows figures by field and confusion', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/evaluation`)
    await page.getByText('还没有评测', { exact: true }).waitFor()
    await page.getByRole('button', { name: '开始评测' }).first().click()
    await dialog().getByRole('button', { name: '开始评测' }).click()
    await page.locator('.state-done').waitFor()
    await page.getByRole('cell', { name: '电话', exact: true }).waitFor()
    await page.locator('.matrix').first().waitFor()
    await page.getByText('还没有发布过同样的评测', { exact: false }).waitFor()
    await picture('run')
    expect(await barriers(page)).toEqual([])
  })

  it('publishes the run with a reason, and not without one', async () => {
    const { page } = admin
    await page.getByRole('button', { name: '发布', exact: true }).click()
    await dialog().getByRole('button', { name: '发布', exact: true }).click()
    await dialog().getByText('请写明原因').waitFor()
    await dialog().getByLabel('原因').fill('第一次评测')
    await dialog().getByRole('button', { name: '发布', exact: true }).click()
    await page.getByText('以此为准: 第一次评测', { exact: false }).waitFor()
    await page.getByRole('button', { name: '撤回发布' }).waitFor()
    await dialog().waitFor({ state: 'hidden' })
  })

  it('tries a draft of the word list, shows what got worse with its evidence, and discards it', async () => {
    const { page } = admin
    await page.getByRole('button', { name: '返回' }).click()
    await page.getByRole('button', { name: '改词表' }).click()
    await dialog().getByLabel('说明').fill('大炮')
    // a word of everybody's, given to one category: it reads a wrong number as one
    await dialog().locator('.ant-form-item', { hasText: '制冰机' }).last().getByRole('combobox').fill('不')
    await page.keyboard.press('Enter')
    await picture('words')
    expect(await barriers(page)).toEqual([])
    await dialog().getByRole('button', { name: '保存' }).click()
    await dialog().waitFor({ state: 'hidden' })
    await page.getByRole('tab', { name: '版本' }).click()
    await page.getByRole('cell', { name: '草稿', exact: true }).waitFor()
    await page.getByRole('button', { name: '评测', exact: true }).click()
    await dialog().getByText('词表 1 · 大炮').waitFor()
    await dialog().getByRole('button', { name: '开始评测' }).click()
    await page.locator('.direction-worse').first().waitFor()
    await page.locator('.state-done').waitFor()
    await picture('changed')
    expect(await barriers(page)).toEqual([])
    await page
      .locator('tr', { has: page.locator('.direction-worse') })
      .first()
      .click()
    await dialog().locator('.said mark').first().waitFor()
    await dialog().locator('.voices li').first().waitFor()
    await picture('case')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '放弃草稿' }).click()
    await dialog().getByLabel('原因').fill('太泛')
    await dialog().getByRole('button', { name: '放弃草稿' }).click()
    await dialog().waitFor({ state: 'hidden' })
    for (const name of ['放弃草稿', '发布'])
      await page.locator('main').getByRole('button', { name, exact: true }).waitFor({ state: 'hidden' })
  })

  it('tries a draft of a ticket form on conversations that say its field, shows what it finds, and publishes it', async () => {
    const { page } = admin
    const evaluate = async () => {
      await dialog().getByRole('combobox', { name: '对话集' }).click()
      // Not the list of the dialog before, which may still be there.
      const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')
      await list.getByTitle('表单自有字段').last().click()
      await dialog().locator('.ant-select', { hasText: '表单自有字段' }).first().waitFor()
      await dialog().getByRole('button', { name: '开始评测' }).click()
      // the run's own page, not the list
      await page.locator('.run-back').waitFor()
      await page.locator('.state-done').waitFor()
    }
    const name = { zh: '上门维修', en: 'On-site repair' }
    await hub.desk.post('/api/ticketType/create', { key: 'repair', name, isDefault: true })
    await page.getByRole('button', { name: '返回' }).click()
    await page.getByRole('button', { name: '开始评测' }).first().click()
    await evaluate()
    await page.getByRole('button', { name: '发布', exact: true }).click()
    await dialog().getByLabel('原因').fill('表单的第一次评测')
    await dialog().getByRole('button', { name: '发布', exact: true }).click()
    await page.getByText('以此为准: 表单的第一次评测', { exact: false }).waitFor()
    await page.getByRole('button', { name: '返回' }).click()
    await page.getByRole('button', { name: '改表单' }).click()
    await dialog().getByLabel('说明').fill('问楼层')
    const box = dialog().getByLabel('表单（JSON Schema）')
    const form = JSON.parse(await box.inputValue())
    form.properties.floor_of_unit = { type: 'integer', title: { zh: '楼层', en: 'Floor' } }
    await box.fill('{')
    await dialog().locator('.step-bad').waitFor()
    await box.fill(JSON.stringify(form, null, 2))
    await picture('form')
    expect(await barriers(page)).toEqual([])
    await dialog().getByRole('button', { name: '保存' }).click()
    await dialog().waitFor({ state: 'hidden' })
    await page.getByRole('tab', { name: '版本' }).click()
    await page.locator('tr', { hasText: '问楼层' }).getByRole('button', { name: '评测', exact: true }).click()
    await dialog().getByText('表单 1 · 问楼层').waitFor()
    await evaluate()
    await page
      .locator('tr', { hasText: '楼层', has: page.locator('.direction-better') })
      .first()
      .waitFor()
    await picture('form-changed')
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: '发布', exact: true }).click()
    await dialog().getByLabel('原因').fill('上门要带梯子')
    await dialog().getByRole('button', { name: '发布', exact: true }).click()
    await page.getByText('以此为准: 上门要带梯子', { exact: false }).waitFor()
    await dialog().waitFor({ state: 'hidden' })
  })

  it('says how sure values were said to be beside how many were right, and learns it from corrected tickets as a draft', async () => {
    const { page } = admin
    await page.goto(`${hub.url}/evaluation`)
    await page
      .locator('tr.ant-table-row', { hasText: '第一次评测' })
      .or(page.locator('tr.ant-table-row'))
      .last()
      .click()
    const told = page.locator('.told')
    await told.getByText('平均偏差', { exact: false }).waitFor()
    await told.getByRole('cell', { name: '90–100%' }).waitFor()
    await page.getByRole('button', { name: '返回' }).click()
    await page.getByRole('button', { name: '训练分类器' }).click()
    await dialog().getByRole('combobox', { name: '学什么' }).click()
    await page.getByTitle('把握：值有多大可能是对的').click()
    await dialog().getByLabel('说明').fill('本店的把握')
    await picture('confidence')
    expect(await barriers(page)).toEqual([])
    await dialog().getByRole('button', { name: '训练分类器' }).click()
    await page.getByRole('tab', { name: '版本' }).click()
    await page
      .locator('tr', { hasText: '本店的把握' })
      .getByRole('cell', { name: '草稿', exact: true })
      .waitFor()
  })

  it('fits a phone, in English too, and says what went wrong with a run that is not there', async () => {
    const { page, context, mishaps } = await person(browser, { lang: 'en', size: 'phone' })
    await signInAtPage(page, hub)
    await page.goto(`${hub.url}/evaluation`)
    await page.locator('tbody tr.ant-table-row').first().waitFor()
    await page.screenshot({ path: join(pictures, 'en', 'evaluation-phone.png') })
    expect(await barriers(page)).toEqual([])
    await page.locator('tbody tr.ant-table-row').last().click()
    await page.locator('.matrix').first().waitFor()
    await page.screenshot({ path: join(pictures, 'en', 'evaluation-run-phone.png'), fullPage: true })
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(sizes.phone.width)
    await page.goto(`${hub.url}/evaluation?run=00000000-0000-4000-8000-000000000000`)
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await page.waitForURL(/\/evaluation$/)
    await context.close()
    expect([...mishaps, ...admin.mishaps]).toEqual([])
  })
})
