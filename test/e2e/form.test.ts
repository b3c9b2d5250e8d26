import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type FreshHub,
  freshHub,
  openBrowser,
  type Person,
  person,
  photo,
  pictures,
  picturesOfFailure,
  signInAtPage,
} from './browser.ts'

const fakeMedia = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
const westLake = { latitude: 30.24727, longitude: 120.15507, accuracy: 35 }

interface Listed {
  readonly id: string
  readonly number: string
}
interface Spoken {
  readonly location: { readonly lat: number; readonly lng: number; readonly crs: string } | null
  readonly attachments: readonly {
    readonly id: string
    readonly name: string
    readonly contentType: string
  }[]
}

/** A second of a moving picture, recorded by the browser itself. */
async function video(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage()
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    const brush = canvas.getContext('2d')!
    let at = 0
    const moving = setInterval(() => {
      at += 5
      brush.fillRect(at, 0, 4, 40)
    }, 40)
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' })
    const parts: Blob[] = []
    recorder.ondataavailable = ({ data }) => parts.push(data)
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve))
    recorder.start()
    setTimeout(() => recorder.stop(), 1000)
    await ended
    clearInterval(moving)
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())]
  })
  await page.close()
  return Buffer.from(bytes)
}

describe('the form of a printed code on a phone', () => {
  let browser: Browser
  let hub: FreshHub
  let agent: Person
  let customer: Person | undefined
  let count = 0

  beforeAll(async () => {
    ;[browser, hub] = await Promise.all([openBrowser(fakeMedia), freshHub()])
    await hub.desk.post('/api/channel/create', { kind: 'qr', name: '扫码报修', config: {} })
    agent = await person(browser)
    await signInAtPage(agent.page, hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.end()
  })
  beforeEach((context) => picturesOfFailure(context, () => [agent, customer]))

  /** A phone that scanned the code of a device of its own, whose place nobody knows. */
  async function scanned(place?: typeof westLake): Promise<Person & { readonly link: string }> {
    const device = await hub.desk.post('/api/device/create', { serialNumber: `FORM-${++count}` })
    const label = await hub.desk.get(`/api/catalogue/label?kind=device&id=${String(device.id)}`)
    const link = String(label.url)
    customer = await person(browser, { size: 'phone' })
    if (place) {
      await customer.context.grantPermissions(['geolocation'], { origin: hub.url })
      await customer.context.setGeolocation(place)
    }
    await customer.page.goto(link)
    await customer.page.locator('form').waitFor()
    return { ...customer, link }
  }
  async function write(page: Page, fault: string): Promise<void> {
    await page.getByLabel('哪里坏了').fill(fault)
    await page.getByLabel('您的电话').fill('13705710099')
    await page.getByLabel('怎么称呼您').fill('裘文杰')
    await page.getByLabel('上门地址').fill('杭州市西湖区南山路15号2幢301室')
  }
  const submit = (page: Page) => page.getByRole('button', { name: '提交', exact: true }).click()
  async function numberOf(page: Page): Promise<string> {
    await page.locator('.number').waitFor()
    return (await page.locator('.number').textContent())!
  }
  const tickets = async () => {
    const answer = (await hub.desk.get('/api/ticket/list?limit=100')) as unknown as { tickets: Listed[] }
    return answer.tickets
  }
  const idOf = async (number: string) => (await tickets()).find((each) => each.number === number)!.id
  async function said(number: string): Promise<Spoken> {
    const thread = (await hub.desk.get(
      `/api/conversation/ofTicket?ticketId=${await idOf(number)}`,
    )) as unknown as { messages: Spoken[] }
    return thread.messages[0]!
  }
  const keep = (page: Page, name: string) =>
    page.screenshot({ path: join(pictures, 'form', `${name}.png`), fullPage: true })

  it('records a voice note, which is stored as what it really is and can be played on the ticket page', async () => {
    const { page, mishaps, context } = await scanned()
    await write(page, '外机响得厉害,录了一段')
    await page.getByRole('button', { name: '录语音' }).click()
    const stop = page.getByRole('button', { name: /停止（[2-9] 秒）/ })
    await stop.waitFor()
    await keep(page, 'recording')
    await stop.click()
    await page.locator('.files').getByText('语音.webm').waitFor()
    await submit(page)
    const number = await numberOf(page)
    const [note] = (await said(number)).attachments
    expect(note).toMatchObject({
      name: '语音.webm',
      contentType: expect.stringMatching(/^(audio|video)\/webm$/),
    })
    await agent.page.goto(`${hub.url}/tickets/${await idOf(number)}`)
    const player = agent.page.locator('.message-customer').locator('audio, video')
    await player.waitFor()
    const played = await player.evaluate(async (element: HTMLMediaElement) => {
      element.muted = true
      await element.play()
      while (element.currentTime < 0.5) await new Promise((resolve) => setTimeout(resolve, 50))
      return { error: element.error, at: element.currentTime }
    })
    expect(played.error).toBe(null)
    expect(played.at).toBeGreaterThanOrEqual(0.5)
    await agent.page.screenshot({ path: join(pictures, 'form', 'voice-on-ticket.png') })
    expect(mishaps).toEqual([])
    await context.close()
  })

  it('refuses a file that only says that it is a recording, by its content and in a sentence', async () => {
    const { page, context } = await scanned()
    await write(page, '空调不制冷')
    await page.locator('input[type=file]').setInputFiles({
      name: '录音.mp3',
      mimeType: 'audio/mpeg',
      buffer: Buffer.from('<html>no sound</html>'),
    })
    const problem = page.locator('.files .wrong')
    await problem.waitFor()
    expect(await problem.textContent()).toMatch(/\p{Script=Han}{4}/u)
    await keep(page, 'not-a-recording')
    expect(await page.getByLabel('哪里坏了').inputValue()).toBe('空调不制冷')
    await context.close()
  })

  it('takes the place from a phone that may tell it, says so, and the ticket page shows it with its datum', async () => {
    const { page, context } = await scanned(westLake)
    await write(page, '热水器漏水')
    await page.getByRole('button', { name: '使用当前位置' }).click()
    await page.getByText('已定位（误差约 35 米）').waitFor()
    await keep(page, 'located')
    await submit(page)
    const number = await numberOf(page)
    expect((await said(number)).location).toEqual({
      lat: 30.24727,
      lng: 120.15507,
      accuracyM: 35,
      crs: 'wgs84',
    })
    await agent.page.goto(`${hub.url}/tickets/${await idOf(number)}`)
    await agent.page.getByText('30.24727, 120.15507 (WGS-84, ±35 m)').waitFor()
    await agent.page.screenshot({ path: join(pictures, 'form', 'place-on-ticket.png') })
    await context.close()
  })

  it('leads to the address box where the place is refused, and goes through without it', async () => {
    const { page, context } = await scanned()
    await write(page, '油烟机不转')
    await page.getByLabel('上门地址').fill('')
    await page.getByRole('button', { name: '使用当前位置' }).click()
    await page.getByText('没有取得位置，请手写地址。').waitFor()
    await keep(page, 'place-refused')
    await page.keyboard.type('杭州市西湖区文三路90号')
    expect(await page.getByLabel('上门地址').inputValue()).toBe('杭州市西湖区文三路90号')
    await submit(page)
    const number = await numberOf(page)
    expect((await said(number)).location).toBe(null)
    await context.close()
  })

  it('takes photos and a short video, says what is too large or too many, and loses nothing typed', async () => {
    const { page, context } = await scanned()
    await write(page, '洗衣机脱水时跳')
    const picture = await photo(browser)
    const picker = page.locator('input[type=file]')
    await picker.setInputFiles([
      { name: '正面.jpg', mimeType: 'image/jpeg', buffer: picture },
      { name: '过程.webm', mimeType: 'video/webm', buffer: await video(browser) },
    ])
    await page.waitForFunction(() => document.querySelectorAll('.files progress').length === 0)
    await picker.setInputFiles({
      name: '原图.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.concat([picture, Buffer.alloc(15 * 1_048_576)]),
    })
    await page.getByText('原图.jpg: 文件过大，最多 15 MB').waitFor()
    await keep(page, 'too-large')
    await picker.setInputFiles({
      name: '说明书.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7'),
    })
    await page.getByText('说明书.pdf: 只能是照片、视频或语音').waitFor()
    await picker.setInputFiles(
      Array.from({ length: 8 }, (_, i) => ({
        name: `细节${i}.jpg`,
        mimeType: 'image/jpeg',
        buffer: picture,
      })),
    )
    await page.getByText('细节7.jpg: 最多 9 个文件').waitFor()
    expect(await page.locator('.files li').count()).toBe(9)
    expect(await page.getByLabel('哪里坏了').inputValue()).toBe('洗衣机脱水时跳')
    expect(await page.getByLabel('上门地址').inputValue()).toContain('南山路15号')
    await submit(page)
    const { attachments } = await said(await numberOf(page))
    expect(attachments.map(({ contentType }) => contentType)).toEqual([
      'image/jpeg',
      'video/webm',
      ...Array.from({ length: 7 }, () => 'image/jpeg'),
    ])
    await context.close()
  })

  it('shows the number soon after the tap', async () => {
    const { page, context } = await scanned()
    await write(page, '空调不制冷')
    const before = performance.now()
    await submit(page)
    await numberOf(page)
    console.log(`from the tap to the number on the phone: ${Math.round(performance.now() - before)} ms`)
    await keep(page, 'number')
    await context.close()
  })

  it('sends on although the page is closed right after the tap, and leads to its progress when opened again', async () => {
    const { page, context, link } = await scanned()
    await write(page, '冰箱不冷了')
    const before = (await tickets()).length
    // Closed before the answer can come.
    await page.evaluate(() => document.querySelector<HTMLFormElement>('form')!.requestSubmit())
    await page.close()
    await expect.poll(async () => (await tickets()).length, { timeout: 20_000 }).toBe(before + 1)
    const again = await context.newPage()
    await again.goto(link)
    await again.waitForURL(/\/c\/t\//)
    const number = await numberOf(again)
    await again.goto(link)
    await again.getByText('您已为这台设备提交过请求').waitFor()
    await keep(again, 'opened-again')
    await again.getByRole('link', { name: '查看进度' }).click()
    expect(await numberOf(again)).toBe(number)
    expect((await tickets()).length).toBe(before + 1)
    await context.close()
  })

  it('makes one ticket of a request whose answer was lost and that was sent again', async () => {
    const { page, context } = await scanned()
    await write(page, '电视没有声音')
    const before = (await tickets()).length
    let sent = 0
    await page.route('**/channels/qr/**', async (route) => {
      sent += 1
      // It arrives, and the network goes before the answer does.
      await route.fetch()
      await context.setOffline(true)
      await route.abort('internetdisconnected')
    })
    await submit(page)
    await page.getByText('网络不通').waitFor()
    await keep(page, 'answer-lost')
    expect(await page.getByLabel('哪里坏了').inputValue()).toBe('电视没有声音')
    await page.unroute('**/channels/qr/**')
    await context.setOffline(false)
    await page.waitForURL(/\/c\/t\//)
    await numberOf(page)
    expect(sent).toBe(1)
    expect((await tickets()).length).toBe(before + 1)
    await context.close()
  })

  it('makes one ticket of an impatient double tap', async () => {
    const { page, context } = await scanned()
    await write(page, '门铃不响')
    const before = (await tickets()).length
    await page.getByRole('button', { name: '提交', exact: true }).dblclick()
    await numberOf(page)
    expect((await tickets()).length).toBe(before + 1)
    await context.close()
  })
})
