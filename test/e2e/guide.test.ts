import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import { startWecomEmulator, type WecomEmulator } from '../../channels/wecom/emulator/index.ts'
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
  let wecom: WecomEmulator
  let dingtalk: DingtalkEmulator

  beforeAll(async () => {
    ;[browser, hub, wecom, dingtalk] = await Promise.all([
      openBrowser(),
      freshHub({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' }),
      startWecomEmulator(),
      startDingtalkEmulator(),
    ])
    admin = await person(browser)
    await signInAtPage(admin.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await wecom?.stop()
    await dingtalk?.stop()
  })
  beforeEach((context) => picturesOfFailure(context, () => [admin]))

  const choose = async (name: string) => {
    await admin.page.goto(`${hub.url}/accounts`)
    await admin.page.getByRole('button', { name: '接入渠道' }).first().click()
    await admin.page.locator('.kind', { has: admin.page.getByText(name, { exact: true }) }).click()
    await admin.page.getByLabel('名称').waitFor()
  }
  const save = () => admin.page.getByRole('button', { name: /^保\s*存/ }).click()
  const stepWith = (text: string) => admin.page.locator('.guide-step', { hasText: text })

  it('is told step by step what to copy from the page of Feishu, with its boxes, as the chosen mode has it', async () => {
    const { page } = admin
    await choose('飞书')
    await stepWith('使用长连接接收').waitFor()
    await expect.poll(() => page.locator('.guide-step').count()).toBe(10)
    await stepWith('凭证与基础信息').getByLabel('App Secret').waitFor()
    await expect.poll(() => page.getByLabel('Encrypt Key').count()).toBe(0)
    await page.screenshot({ path: join(pictures, 'guide-feishu.png') })
    await page.getByRole('radio', { name: '飞书，Webhook', exact: true }).click()
    await stepWith('加密策略').getByLabel('Encrypt Key').waitFor()
    await stepWith('事件配置和回调配置两处').getByText('这里就会出现回调地址').waitFor()
    await expect.poll(() => stepWith('使用长连接接收').count()).toBe(0)
    await stepWith('选择消息接收模式').getByText('Webhook：飞书推送到回调地址').waitFor()
    expect(admin.mishaps).toEqual([])
  })

  it('chooses the provider of a mailbox first, and is told at the box, in one language, what is missing', async () => {
    const { page } = admin
    await choose('邮件')
    await page.getByLabel('名称').fill('售后邮箱')
    await save()
    await page.getByText('请先选择一项').waitFor()
    await page.getByRole('radio', { name: 'QQ 邮箱' }).click()
    await page.getByLabel('邮箱地址').fill('support@qq.com')
    await expect.poll(() => page.getByLabel('主机').first().isVisible()).toBe(false)
    await save()
    const box = page.locator('.ant-form-item', { has: page.getByLabel('密码或授权码') })
    await box.getByText('需要授权码或密码', { exact: false }).waitFor()
    expect(await box.textContent()).not.toContain('complete OAuth settings')
    await page.getByRole('radio', { name: 'Outlook / Microsoft 365' }).click()
    await stepWith('授权码流程').getByLabel('OAuth 刷新令牌').waitFor()
    await expect.poll(() => page.locator('.guide').getByLabel('密码或授权码').count()).toBe(0)
  })

  it('pastes the callback address on the page of WeCom, and sees the test message of a member arrive', async () => {
    const { page } = admin
    await choose('企业微信')
    await page.getByLabel('名称').fill('派单应用')
    await page.getByLabel('企业 CorpId').fill(wecom.state.corpId)
    await page.getByLabel('AgentId').fill(wecom.state.agentId)
    await page.getByLabel('Secret', { exact: true }).fill(wecom.state.secret)
    await page.getByLabel('Token').fill(wecom.state.token)
    await page.getByLabel('EncodingAESKey').fill(wecom.state.aesKey)
    await page.getByText('更多设置').click()
    await page.getByLabel('接口地址').fill(wecom.url)
    // Looking at the settings alone takes nothing away from what was typed.
    await page.getByRole('button', { name: '只看设置' }).click()
    await expect.poll(() => page.locator('.guide-step').count()).toBe(0)
    expect(await page.getByLabel('AgentId').inputValue()).toBe(wecom.state.agentId)
    await page.getByRole('button', { name: '接入步骤' }).click()
    await save()
    const address = await stepWith('填到那边的 URL')
      .getByText(/channels\/wecom\/[0-9a-f-]{36}/)
      .textContent()
    await stepWith('测试连接').locator('.steps-list li').first().waitFor()
    const wait = stepWith('给这个应用发一句话')
    await wait.getByText('现在发一条测试消息').waitFor()
    expect(await wait.getAttribute('data-done')).toBe(null)

    wecom.delivery.url = address
    expect(await wecom.checkAddress()).toBe(true)
    expect((await wecom.say('wangfang', '测试一下')).accepted).toBe(true)
    await wait.getByText('收到了：这个渠道已经接通').waitFor()
    await page.locator('.guide-step[data-done]', { hasText: '给这个应用发一句话' }).waitFor()
    await wait.scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(pictures, 'guide-wecom.png') })
    expect(admin.mishaps).toEqual([])
  })

  it('sees the long connection of DingTalk stand, and the test message arrive on it', async () => {
    const { page } = admin
    await choose('钉钉')
    await page.getByLabel('名称').fill('钉钉机器人')
    await page.getByLabel('Client ID（原 AppKey）').fill(dingtalk.clientId)
    await page.getByLabel('Client Secret（原 AppSecret）').fill(dingtalk.clientSecret)
    expect(await page.getByRole('radio', { name: '钉钉', exact: true }).isChecked()).toBe(true)
    await expect.poll(() => page.getByLabel('事件订阅的签名 Token').count()).toBe(0)
    await page.getByText('更多设置').click()
    await page.getByLabel('接口地址', { exact: true }).fill(dingtalk.url)
    await page.getByLabel('旧版接口地址').fill(dingtalk.url)
    await save()
    const test = page.locator('.guide-step[data-done]', { hasText: '保存之后测试连接' })
    await test.waitFor()
    await test.getByText('正常', { exact: true }).first().waitFor()
    const wait = stepWith('在钉钉里给机器人发一句话')
    expect(await wait.getAttribute('data-done')).toBe(null)

    dingtalk.join('lihua', '李华')
    await dingtalk.say('lihua', '测试一下')
    await page.locator('.guide-step[data-done]', { hasText: '在钉钉里给机器人发一句话' }).waitFor()
    await wait.getByText('收到了').waitFor()
    expect(admin.mishaps).toEqual([])
  })

  it('files a test request over the API with the command that stands in the step', async () => {
    const { page } = admin
    await choose('接口')
    await page.getByLabel('名称').fill('网站')
    await save()
    const wait = stepWith('发一个测试请求')
    const command = (await wait.locator('code').textContent()) ?? ''
    const address = /'(http[^']+\/channels\/api\/([0-9a-f-]{36}))'/.exec(command)!
    const body = /-d '([^']+)'/.exec(command)![1]!
    const made = await hub.desk.post('/api/token/create', {
      name: '网站',
      scopes: ['intake'],
      accountId: address[2],
    })
    const headers = {
      authorization: `Bearer ${made.token}`,
      'idempotency-key': 'test-1',
      'content-type': 'application/json',
    }
    const answer = await fetch(address[1]!, { method: 'POST', headers, body })
    expect([answer.status, await answer.text()]).toEqual([202, expect.stringContaining('receipt')])
    await page.locator('.guide-step[data-done]', { hasText: '发一个测试请求' }).waitFor()
    expect(admin.mishaps).toEqual([])
  })
})
