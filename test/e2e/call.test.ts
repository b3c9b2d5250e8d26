import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CallCenter, startCallCenter } from '../../channels/phone-webhook/emulator/call-center.ts'
import { presets } from '../../channels/phone-webhook/presets.ts'
import {
  startTranscriptionServer,
  type TranscriptionServer,
} from '../../connectors/asr/openai/emulator/server.ts'
import { tones } from '../fixtures/recordings.ts'
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

const segments = [
  { start: 0.5, end: 3, text: '您好,某某空调售后,请问有什么可以帮您', speaker: 'A' },
  { start: 4, end: 8, text: '我家空调不制冷了,电话13605712844', speaker: 'B' },
  { start: 9, end: 14, text: '地址是杭州市西湖区文三路259号昌地火炬大厦1号楼', speaker: 'B' },
]

const soon = { timeout: 20_000 }

describe('a recorded call on the ticket page', () => {
  let browser: Browser
  let asr: TranscriptionServer
  let center: CallCenter
  let hub: FreshHub
  let agent: Person
  let callback: string

  beforeAll(async () => {
    asr = await startTranscriptionServer()
    asr.play({ kind: 'answer', body: { text: '', language: 'zh', duration: 15, segments } })
    const env = { ASR_BASE_URL: asr.baseUrl, ASR_MODEL: 'whisper-1', ALLOW_PRIVATE_HOSTS: '127.0.0.1' }
    ;[browser, hub, center] = await Promise.all([openBrowser(), freshHub(env), startCallCenter('generic')])
    const settings = presets.find((one) => one.key === 'generic')!.config
    const account = await hub.desk.post('/api/channel/create', {
      kind: 'phone-webhook',
      name: '400 热线',
      config: { ...settings, signSecret: center.secret, firstTrySeconds: 0 },
    })
    callback = `${hub.url}/channels/phone-webhook/${String(account.id)}`
    agent = await person(browser)
    await signInAtPage(agent.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await center?.close()
    await asr?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent]))

  it('shows who said what and when, lights up the words of a field, and plays from their second', async () => {
    const delivered = await center.report(center.call({ recording: tones([440], 15) }), callback)
    expect(delivered.every((push) => push.accepted)).toBe(true)
    const { page } = agent
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr', { hasText: '不制冷' }).first().click()
    const lines = page.locator('.utterance')
    await expect.poll(() => lines.count(), soon).toBe(3)
    expect(await lines.locator('.utterance-who').allTextContents()).toEqual(['坐席', '客户', '客户'])
    expect(await lines.locator('.utterance-time').allTextContents()).toEqual(['0:00', '0:04', '0:09'])

    await page.locator('[data-field="phone"]').hover()
    await expect.poll(() => lines.nth(1).locator('mark').allTextContents(), soon).toEqual(['13605712844'])

    await page.screenshot({ path: `${pictures}/ticket-call.png` })

    const moment = () =>
      page.locator('.message-call audio').evaluate((audio: HTMLAudioElement) => audio.currentTime)
    await lines.nth(2).locator('.utterance-time').click()
    await expect.poll(moment, soon).toBeGreaterThanOrEqual(9)
    await page
      .locator('.field-row', { has: page.locator('[data-field="phone"]') })
      .locator('button.source')
      .click()
    await expect.poll(moment, soon).toBeLessThan(8)
    expect(await moment()).toBeGreaterThanOrEqual(4)
    expect(agent.mishaps).toEqual([])
  })

  it('says why there are no words, and tries again when asked', async () => {
    asr.play({ kind: 'status', status: 400, message: 'Invalid file format.' })
    const call = center.call({ from: '13705710099', recording: tones([520], 15) })
    await center.report(call, callback)
    const { page } = agent
    await page.goto(`${hub.url}/tickets`)
    await page.locator('tbody tr', { hasText: '13705710099' }).first().click()
    await page.locator('.call-stage', { hasText: '语音识别读不了这个录音' }).waitFor()
    asr.play({ kind: 'answer', body: { text: '', language: 'zh', duration: 15, segments } })
    await page.locator('.call-stage').getByRole('button', { name: '重试' }).click()
    await expect.poll(() => page.locator('.utterance').count(), soon).toBe(3)
    expect(agent.mishaps).toEqual([])
  })
})
