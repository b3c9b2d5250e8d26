import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchAttachment } from '../../../../channels/feishu/attachments.ts'
import { FeishuEmulator } from '../../../../channels/feishu/emulator/index.ts'
import { trial } from '../../../../channels/feishu/trial.ts'
import type { JsonObject } from '../../../../src/kernel/json.ts'
import { type FeishuIo, feishuIo, settingsOf } from './io.ts'

let emulator: FeishuEmulator
let hub: FeishuIo
beforeEach(async () => {
  emulator = await new FeishuEmulator({ mode: 'webhook' }).start()
  hub = feishuIo(settingsOf(emulator, 'webhook'), 1000)
})
afterEach(() => emulator.stop())

async function fetched(ref: JsonObject): Promise<{ text: string; contentType: string }> {
  const { content, contentType } = await fetchAttachment(ref, hub.io)
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return { text: Buffer.concat(chunks).toString(), contentType }
}
const keyOf = (content: string) => {
  const { image_key, file_key } = JSON.parse(content) as { image_key?: string; file_key?: string }
  return image_key ?? file_key ?? ''
}

describe('a file of a message', () => {
  it('is fetched: pictures as pictures, everything else as files, JSON files too', async () => {
    const picture = await emulator.sendImage('王芳', Buffer.from('picture'))
    const file = await emulator.sendFile('王芳', 'a.json', Buffer.from('{"code":7}'), 'application/json')
    const refs = [picture, file].map(({ id, content }, i) => ({
      messageId: id,
      key: keyOf(content),
      type: i === 0 ? 'image' : 'file',
    }))
    expect(await fetched(refs[0]!)).toEqual({ text: 'picture', contentType: 'image/png' })
    expect((await fetched(refs[1]!)).text).toBe('{"code":7}')
  })

  it('is fetched with a new token when the old one is refused, and an error is not taken for a file', async () => {
    const picture = await emulator.sendImage('王芳', Buffer.from('picture'))
    const ref = { messageId: picture.id, key: keyOf(picture.content), type: 'image' }
    await fetched(ref)
    emulator.fault('expired')
    expect((await fetched(ref)).text).toBe('picture')
    emulator.fault('refusing-200')
    await expect(fetched(ref)).rejects.toMatchObject({ code: 230013 })
    await expect(fetched({ ...ref, key: 'img_v3_none' })).rejects.toMatchObject({ code: 234003 })
  })

  it('of a merged forward is what was said in it', async () => {
    const forward = await emulator.sendAs('王芳', 'merge_forward', 'Merged and Forwarded Message')
    const inner = (type: string, content: object, n: number) =>
      emulator.world.messages.push({
        id: `om_inner_${n}`,
        chatId: 'forwarded',
        from: 'ou_li',
        type,
        content: JSON.stringify(content),
        atMs: Date.parse('2026-03-02T01:00:00Z') + n * 1000,
        recalled: false,
        replyTo: forward.id,
      })
    inner('text', { text: '二楼漏水' }, 0)
    inner('image', { image_key: 'img_v3_1' }, 1)
    inner('hologram', {}, 2)
    const { text, contentType } = await fetched({ messageId: forward.id, type: 'forward' })
    expect(contentType).toBe('text/plain')
    expect(text.split('\n')).toEqual([
      '2026-03-02T01:00:00.000Z ou_li: 二楼漏水',
      '2026-03-02T01:00:01.000Z ou_li: [img_v3_1.jpg]',
      '2026-03-02T01:00:02.000Z ou_li: [hologram]',
    ])
  })
})

describe('the test button', () => {
  const steps = async () => Object.fromEntries((await trial(hub.io)).map((step) => [step.name, step]))

  it('says in both languages what works', async () => {
    const { token, bot, permissions, callback } = await steps()
    expect([token?.ok, bot?.ok, permissions?.ok, callback?.ok]).toEqual([true, true, true, true])
    expect(bot?.zh).toContain('售后机器人')
  })

  it('stops at a wrong App Secret', async () => {
    hub = feishuIo({ ...hub.io.config, appSecret: 'wrong' })
    expect(await trial(hub.io)).toMatchObject([{ name: 'token', ok: false, detail: { code: '10014' } }])
  })

  it('names the permissions that are missing', async () => {
    emulator.scopes.clear()
    emulator.scopes.add('im:message:send_as_bot')
    const { permissions } = await steps()
    expect(permissions?.ok).toBe(false)
    expect(permissions?.detail).toEqual({
      missing: ['im:message.p2p_msg:readonly', 'im:message.group_at_msg:readonly', 'im:resource'],
    })
  })

  it('says that a long connection can be opened without opening one, or why it cannot', async () => {
    hub = feishuIo(settingsOf(emulator, 'long-connection'))
    expect((await steps()).connection?.ok).toBe(true)
    expect(emulator.connections()).toBe(0)
    emulator.chaos.refuse = 403
    expect((await steps()).connection).toMatchObject({ ok: false })
  })

  it('says that nobody can reach a hub without a public address', async () => {
    const withoutAddress = { ...hub.io, publicUrl: null }
    const callback = (await trial(withoutAddress)).find((step) => step.name === 'callback')
    expect(callback).toMatchObject({ ok: false })
    expect(callback?.en).toContain('PUBLIC_URL')
  })
})
