import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Script, type ScriptedLlmServer, scriptedLlmServer } from '../fixtures/llm-server.ts'
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

const patience = { timeout: 60_000, interval: 100 }
const arabic = 'المكيف لا يبرد منذ 3 أيام. رقم هاتفي 13605712844.'
const german = 'Der Drucker zeigt E4. Bitte rufen Sie 13605712844 an.'

const sentences = (...texts: readonly string[]): Script => ({
  kind: 'answer',
  content: JSON.stringify({ translations: texts.map((text, i) => ({ n: i + 1, text })) }),
})

/** What the scripted model answers, by a word of the question. */
const answers: [word: string, script: Script][] = [
  ['into Simplified Chinese', sentences('空调已经3天不制冷了。', '我的电话是 13605712844。')],
  [
    'into English',
    sentences('The air conditioner has not cooled for 3 days.', 'My phone number is 13605712844.'),
  ],
  ['into Arabic', sentences('سيصل الفني غدًا في الساعة 9 صباحًا.')],
]

describe('translation in the console', () => {
  let browser: Browser
  let hub: FreshHub
  let server: ScriptedLlmServer
  let zh: Person
  let en: Person
  let accountId: string
  let token: string

  beforeAll(async () => {
    server = await scriptedLlmServer()
    server.play(({ messages: [, user] }): Script => {
      if (!user!.content.includes('<message-')) return { kind: 'answer', content: '' }
      // The German message meets a model that changes a digit.
      if (user!.content.includes('Drucker')) return sentences('打印机显示 E4。', '请拨打 13605712845。')
      return answers.find(([word]) => user!.content.includes(word))?.[1] ?? { kind: 'answer', content: '' }
    })
    ;[browser, hub] = await Promise.all([
      openBrowser(),
      freshHub({
        LLM_BASE_URL: server.baseUrl,
        LLM_MODEL: 'scripted',
        LLM_TIMEOUT_MS: '5000',
        ALLOW_PRIVATE_HOSTS: '127.0.0.1',
      }),
    ])
    accountId = String(
      (await hub.desk.post('/api/channel/create', { kind: 'api', name: '网站', config: {} })).id,
    )
    const made = await hub.desk.post('/api/token/create', { name: 'web', scopes: ['intake'], accountId })
    token = String(made.token)
    ;[zh, en] = await Promise.all([person(browser), person(browser, { lang: 'en' })])
    await Promise.all([zh, en].map(({ page }) => signInAtPage(page, hub, 'admin')))
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
    await server?.close()
  })
  beforeEach((context) => picturesOfFailure(context, () => [zh, en]))

  async function says(key: string, text: string): Promise<string> {
    const answer = await fetch(`${hub.url}/channels/api/${accountId}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'idempotency-key': key,
      },
      body: JSON.stringify({ sender: { id: key, name: 'Layla' }, text }),
    })
    expect(answer.status, await answer.text()).toBeLessThan(300)
    let id = ''
    await expect
      .poll(async () => {
        const { tickets } = (await hub.desk.get('/api/ticket/list')) as {
          tickets: { id: string; number: string }[]
        }
        for (const ticket of tickets) {
          const { messages } = (await hub.desk.get(`/api/conversation/ofTicket?ticketId=${ticket.id}`)) as {
            messages: { text: string }[]
          }
          if (messages.some((message) => message.text === text)) id = ticket.id
        }
        return id
      }, patience)
      .not.toBe('')
    return id
  }

  it('shows a message in the reader’s language with its original, from right to left, in both languages of the pages', async () => {
    const ticketId = await says('layla', arabic)
    for (const [{ page }, words] of [
      [
        zh,
        {
          badge: '阿拉伯语',
          translate: '翻译',
          made: '空调已经3天不制冷了。我的电话是 13605712844。',
          show: '显示原文',
          by: '模型 scripted 翻译',
        },
      ],
      [
        en,
        {
          badge: 'Arabic',
          translate: 'Translate',
          made: 'The air conditioner has not cooled for 3 days. My phone number is 13605712844.',
          show: 'Show the original',
          by: 'Translated by the model scripted',
        },
      ],
    ] as const) {
      await page.goto(`${hub.url}/tickets/${ticketId}`)
      const message = page.locator('.message-customer').first()
      await message.getByText(words.badge).waitFor()
      expect(await message.locator('.message-text').getAttribute('dir')).toBe('rtl')
      await message.getByRole('button', { name: words.translate }).click()
      await message.getByText(words.made, { exact: true }).waitFor()
      expect(await message.locator('.message-text').first().getAttribute('dir')).toBe('ltr')
      await message.getByText(words.by).waitFor()
      await expect.poll(() => message.getByText(arabic).count()).toBe(0)
      await message.getByRole('button', { name: words.show }).click()
      const original = message.locator('.translation-other .message-text')
      expect(await original.textContent()).toBe(arabic)
      expect(await original.getAttribute('dir')).toBe('rtl')
      expect(await original.getAttribute('lang')).toBe('ar')
      await settled(page)
      await page.screenshot({
        path: join(pictures, `translation-${words.badge === 'Arabic' ? 'en' : 'zh'}.png`),
      })
      expect(await barriers(page)).toEqual([])
    }
  })

  it('sends a reply in the customer’s language after a preview, and keeps what was written', async () => {
    const { page } = zh
    const { tickets } = (await hub.desk.get('/api/ticket/list')) as { tickets: { id: string }[] }
    await page.goto(`${hub.url}/tickets/${tickets.at(-1)!.id}`)
    await page.locator('.send-in').click()
    await page.getByText('阿拉伯语（客户的语言）').click()
    const box = page.getByRole('textbox', { name: '回复客户…' })
    await box.fill('师傅明天早上 9 点到。')
    await box.press('Control+Enter')
    const dialog = page.getByRole('dialog')
    const text = dialog.getByRole('textbox', { name: '将要发送' })
    await text.waitFor()
    expect(await text.inputValue()).toBe('سيصل الفني غدًا في الساعة 9 صباحًا.')
    expect(await text.getAttribute('dir')).toBe('rtl')
    await page.screenshot({ path: join(pictures, 'translation-preview.png') })
    // Back keeps the words where they were written.
    await dialog.getByRole('button', { name: '返回修改' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await box.inputValue()).toBe('师傅明天早上 9 点到。')
    await box.press('Control+Enter')
    await dialog.getByRole('button', { name: '发送译文' }).click()
    const sent = page.locator('.message-agent').last()
    await sent.getByText('سيصل الفني غدًا في الساعة 9 صباحًا.').waitFor()
    await sent.getByText('师傅明天早上 9 点到。').waitFor()
    await expect.poll(() => box.inputValue(), patience).toBe('')
    await page.screenshot({ path: join(pictures, 'translation-sent.png') })
  })

  it('says why a translation is not shown, and keeps the original', async () => {
    const { page } = zh
    const ticketId = await says('uwe', german)
    await page.goto(`${hub.url}/tickets/${ticketId}`)
    const message = page.locator('.message-customer').first()
    await message.getByRole('button', { name: '翻译' }).click()
    await message.getByRole('alert').getByText('译文与原文的号码、编码或网址不一致').waitFor()
    expect(await message.locator('.message-text').textContent()).toBe(german)
    await message.getByRole('button', { name: '再试一次' }).waitFor()
    await page.screenshot({ path: join(pictures, 'translation-refused.png') })
  })

  it('translates by itself where the workspace says so', async () => {
    await hub.desk.post('/api/setting/set', { name: 'translation', value: { automatic: true } })
    const ticketId = await says('omar', arabic.replace('لا يبرد', 'لا يعمل'))
    const { page } = zh
    await page.goto(`${hub.url}/tickets/${ticketId}`)
    await page.locator('.message-customer').first().getByText('模型 scripted 翻译').waitFor()
    expect([...zh.mishaps, ...en.mishaps]).toEqual([])
  })
})
