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

describe('connecting a channel for the first time', () => {
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

  const choose = async (name: string) => {
    await admin.page.goto(`${hub.url}/accounts`)
    await admin.page.getByRole('button', { name: '接入渠道' }).first().click()
    await admin.page.locator('.kind', { has: admin.page.getByText(name, { exact: true }) }).click()
    await admin.page.locator('.guide').waitFor()
  }

  it('is told step by step what to copy from the page of Feishu, as the chosen mode has it', async () => {
    const { page } = admin
    await choose('飞书')
    const steps = page.locator('.guide li')
    expect(await steps.count()).toBe(8)
    await steps.filter({ hasText: '凭证与基础信息' }).filter({ hasText: 'App ID、App Secret' }).waitFor()
    await steps.filter({ hasText: '使用长连接接收' }).waitFor()
    await page.screenshot({ path: join(pictures, 'guide-feishu.png') })
    expect(admin.mishaps).toEqual([])
  })

  it('is given the address to paste once the account is saved, and the live wait for a test message', async () => {
    const { page } = admin
    await choose('企业微信')
    await page.getByLabel('名称').fill('派单应用')
    await page.getByLabel('企业 CorpId').fill('ww1234567890abcdef')
    await page.getByLabel('AgentId').fill('1000002')
    await page.getByLabel('Secret', { exact: true }).fill('s'.repeat(43))
    await page.getByLabel('Token').fill('QDG6eK')
    await page.getByLabel('EncodingAESKey').fill('jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C')
    // Closing the guide takes nothing away from what was typed.
    await page.locator('.guide summary').press('Enter')
    expect(await page.locator('.guide li').first().isVisible()).toBe(false)
    expect(await page.getByLabel('AgentId').inputValue()).toBe('1000002')
    await page.getByRole('button', { name: /保\s*存/ }).click()
    await page.getByText(/channels\/wecom\/[0-9a-f-]{36}/).waitFor()
    await page.getByText('现在发一条测试消息').waitFor()
    await page.screenshot({ path: join(pictures, 'guide-wecom.png') })
  })
})
