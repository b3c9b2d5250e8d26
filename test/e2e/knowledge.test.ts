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

describe('the articles in the console', () => {
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

  const picture = (name: string) => admin.page.screenshot({ path: join(pictures, `knowledge-${name}.png`) })

  it('are none at first; one is written with the keyboard and its preview runs nothing', async () => {
    const { page } = admin
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByText('还没有文章').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: '新建文章' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('标题').fill('净水器滤芯多久换一次')
    await dialog.getByLabel('产品类别').pressSequentially('净水器')
    await page.locator('.ant-select-item-option', { hasText: '净水器' }).waitFor()
    await page.keyboard.press('Enter')
    await dialog.locator('.ant-select-selection-item', { hasText: '净水器' }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByLabel('客户的问法').fill('净水器滤芯多久换一次\n净水器滤芯什么时候换')
    await page
      .getByLabel('正文（Markdown）')
      .fill('## 周期\n\n滤芯 **12 个月** 换一次。<img src=x onerror=alert(1)>')
    const preview = page.locator('.article-preview')
    await preview.getByRole('heading', { name: '周期' }).waitFor()
    expect(await preview.locator('img').count()).toBe(0)
    expect(await preview.locator('strong').textContent()).toBe('12 个月')
    await picture('editor')
    expect(await barriers(page)).toEqual([])
    await page.getByLabel('正文（Markdown）').press('Control+Enter')
    await page.getByText('已保存为第 1 版').waitFor()
    await page.locator('.article-head').getByText('草稿').waitFor()
    await dialog.getByText('净水器滤芯多久换一次', { exact: true }).first().waitFor()
    const { articles } = (await hub.desk.get('/api/knowledge/list')) as { articles: { products: string[] }[] }
    expect(articles[0]!.products).toEqual(['净水器'])
  })

  it('answer after they are published, and the way back is offered', async () => {
    const { page } = admin
    const head = page.locator('.article-head')
    await head.getByRole('button', { name: '发布' }).click()
    await head.getByText('已发布').waitFor()
    await page.locator('.undo-said').getByRole('button', { name: '撤销' }).click()
    await head.getByText('草稿').waitFor()
    await head.getByRole('button', { name: '发布' }).click()
    await head.getByText('已发布').waitFor()
  })

  it('keep what was typed when somebody else saved meanwhile, and show the difference', async () => {
    const { page } = admin
    const { articles } = (await hub.desk.get('/api/knowledge/list')) as { articles: { id: string }[] }
    const { id } = articles[0]!
    const { versions } = (await hub.desk.get(`/api/knowledge/get?id=${id}`)) as {
      versions: { front: object }[]
    }
    await page.getByLabel('正文（Markdown）').fill('## 周期\n\n我写的:滤芯 6 个月换一次。')
    await hub.desk.post('/api/knowledge/save', {
      ...{ id, base: 1, ...versions[0]!.front },
      body: '## 周期\n\n别人写的:滤芯 9 个月换一次。',
    })
    await page.getByRole('button', { name: /保存/ }).first().click()
    await page.locator('.ant-alert').getByText('别人已保存新的版本').waitFor()
    await page.locator('.ant-alert').scrollIntoViewIfNeeded()
    await page.locator('.diff del', { hasText: '别人写的' }).waitFor()
    await page.locator('.diff ins', { hasText: '我写的' }).waitFor()
    await picture('meanwhile')
    await page.getByRole('button', { name: '在最新版之上保存' }).click()
    await page.getByText('已保存为第 3 版').waitFor()
    await page.getByRole('tab', { name: '版本 (3)' }).click()
    await page.locator('.versions .diff ins', { hasText: '我写的' }).waitFor()
    await page.locator('.version').nth(1).click()
    await page.locator('.versions .diff ins', { hasText: '别人写的' }).waitFor()
    await picture('versions')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.locator('.article-head').waitFor({ state: 'hidden' })
  })

  it('are found by words, product and status, and say what they would answer and why', async () => {
    const { page } = admin
    await hub.desk.post('/api/sample/load', {})
    await page.locator('tbody tr').nth(10).waitFor()
    await picture('list')
    expect(await barriers(page)).toEqual([])
    await page.getByLabel('标题、问法、正文、型号').fill('制冷剂')
    await page.getByText('共 2 篇').waitFor()
    await page.getByLabel('标题、问法、正文、型号').fill('没有这种词')
    await page.getByText('没有符合的文章').waitFor()
    await page.getByLabel('标题、问法、正文、型号').fill('')
    await page.getByRole('button', { name: '试着提问' }).click()
    await page.getByLabel('客户的问题').fill('你好,我家空调显示E3是怎么回事?')
    await page.keyboard.press('Enter')
    await page.getByText('会这样回答').waitFor()
    await page.locator('.cited', { hasText: '低压保护' }).waitFor()
    await picture('try')
    expect(await barriers(page)).toEqual([])
    await page.getByLabel('客户的问题').fill('空调冒烟了')
    await page.keyboard.press('Enter')
    await page.getByText('没有文章能回答，交给人').waitFor()
  })

  it('are read in English on a phone', async () => {
    const reader = await person(browser, { lang: 'en', size: 'phone' })
    await signInAtPage(reader.page, hub)
    await reader.page.goto(`${hub.url}/knowledge`)
    await reader.page.locator('tbody tr').first().waitFor()
    expect(await barriers(reader.page)).toEqual([])
    await reader.page.screenshot({ path: join(pictures, 'knowledge-phone.png') })
    await reader.context.close()
    expect([...reader.mishaps, ...admin.mishaps]).toEqual([])
  })
})
