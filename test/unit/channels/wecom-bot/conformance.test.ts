import { decryptFile, type TemplateCard, WSClient } from '@wecom/aibot-node-sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sealFile } from '../../../../channels/wecom-bot/emulator/cipher.ts'
import { type BotEmulator, startBotEmulator } from '../../../../channels/wecom-bot/emulator/index.ts'

let emulator: BotEmulator
const clients: WSClient[] = []
beforeEach(async () => {
  emulator = await startBotEmulator()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await emulator.stop()
})

const drop = () => {}
function officialClient(secret = emulator.secret): WSClient {
  const logger = { debug: drop, info: drop, warn: drop, error: drop }
  const client = new WSClient({
    botId: emulator.botId,
    secret,
    wsUrl: emulator.url,
    heartbeatInterval: 50,
    logger,
  })
  clients.push(client)
  return client
}
const signedIn = (client: WSClient) =>
  new Promise<void>((resolve, reject) => {
    client.on('authenticated', resolve)
    client.on('error', reject)
    client.connect()
  })

const card: TemplateCard = {
  card_type: 'button_interaction',
  main_title: { title: '新工单' },
  button_list: [{ text: '接单', key: 'accept', style: 1 }],
  task_id: 'o1@m1',
}

describe('the emulator of smart robots, held against the vendor’s own client', () => {
  it('signs it in, answers its signs of life, and tells it what members write', async () => {
    const client = officialClient()
    await signedIn(client)
    const texts: unknown[] = []
    client.on('message.text', (frame) => texts.push(frame.body?.text.content))
    emulator.say('lishifu', '你好')
    await vi.waitFor(() => expect(texts).toEqual(['你好']))
    // Two signs of life without an answer would have ended it.
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(client.isConnected).toBe(true)
  })

  it('turns a wrong secret away', async () => {
    await expect(signedIn(officialClient('wrong'))).rejects.toThrow('40001')
  })

  it('takes its pushes, and lets it answer a tap once and in time', async () => {
    const client = officialClient()
    await signedIn(client)
    emulator.say('lishifu', '你好')
    expect(
      (await client.sendMessage('lishifu', { msgtype: 'markdown', markdown: { content: '**好**' } })).errcode,
    ).toBe(0)
    await client.sendMessage('lishifu', { msgtype: 'template_card', template_card: card })
    const second: Promise<unknown>[] = []
    client.on('event.template_card_event', async (frame) => {
      await client.updateTemplateCard(frame, { ...card, main_title: { title: '已接单' } })
      second.push(client.updateTemplateCard(frame, card).catch((error: unknown) => error))
    })
    expect(await emulator.press('lishifu', 'o1', 'accept')).toMatchObject({ main_title: { title: '已接单' } })
    await vi.waitFor(() => expect(second).toHaveLength(1))
    expect(await second[0]).toMatchObject({ errcode: 846605 })
    await expect(
      client.sendMessage('stranger', { msgtype: 'markdown', markdown: { content: 'x' } }),
    ).rejects.toMatchObject({
      errcode: 93006,
    })
  })

  it('ends the older of two connections, which is told so', async () => {
    const older = officialClient()
    await signedIn(older)
    const told = new Promise<void>((resolve) => older.on('event.disconnected_event', () => resolve()))
    await signedIn(officialClient())
    await told
    expect(older.isConnected).toBe(false)
    expect(emulator.line.isConnected).toBe(true)
  })

  it('takes its uploads piece by piece, and its files open with its key', async () => {
    const client = officialClient()
    await signedIn(client)
    emulator.say('lishifu', '你好')
    const content = Buffer.alloc(1_200_000, 5)
    const { media_id: mediaId } = await client.uploadMedia(content, { type: 'file', filename: 'a.bin' })
    await client.sendMediaMessage('lishifu', 'file', mediaId)
    expect(emulator.screen('lishifu').at(-1)?.content).toHaveLength(content.length)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { sealed, aesKey } = sealFile(bytes)
        expect(decryptFile(sealed, aesKey)).toEqual(Buffer.from(bytes))
      }),
    )
    const { url, aeskey } = emulator.offer('照片.jpg', content)
    const { buffer, filename } = await client.downloadFile(url, aeskey)
    expect([buffer.length, filename]).toEqual([content.length, '照片.jpg'])
  })
})
