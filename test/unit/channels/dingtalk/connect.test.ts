import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { dingtalkConfigSchema } from '../../../../channels/dingtalk/config.ts'
import { makeConnect } from '../../../../channels/dingtalk/connect.ts'
import { defaultTiming } from '../../../../channels/dingtalk/stream/timing.ts'
import { loopbackIo } from '../channel-io.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const hasty = { ...defaultTiming, minDelayMs: 1, maxDelayMs: 1 }
const credentials = { clientId: 'ding1', clientSecret: 'secret', baseUrl: 'https://dingtalk.example' }

/** An account whose vendor cannot be reached, and how many listen to the signal that ends it. */
function unreachable(settings: object) {
  const { io, stop } = loopbackIo(dingtalkConfigSchema.parse({ ...credentials, ...settings }), startMs)
  const fetch = vi.fn(() => Promise.reject(new Error('nobody is there')))
  const listeners = () => getEventListeners(stop.signal, 'abort').length
  return { io: { ...io, fetch }, fetch, stop, listeners }
}

describe('the connections of a DingTalk account', () => {
  it('leave nothing on the signal, however often they are opened and closed', async () => {
    const { io, listeners } = unreachable({ mode: 'stream' })
    for (let i = 0; i < 50; i++) await (await makeConnect(hasty)(io)).close()
    expect(listeners()).toBe(0)
  })

  it('listen once while they are kept, however often the vendor is tried', async () => {
    const { io, fetch, stop, listeners } = unreachable({ mode: 'stream' })
    const connection = await makeConnect(hasty)(io)
    await vi.waitFor(() => expect(fetch.mock.calls.length).toBeGreaterThan(50), { timeout: 10_000 })
    expect(listeners()).toBe(1)
    stop.abort()
    await connection.done
    expect(listeners()).toBe(0)
  })

  it('leave nothing on the signal over HTTP either, refused or closed', async () => {
    const { io, listeners } = unreachable({ mode: 'http', cardTemplateId: 'card.schema' })
    for (let i = 0; i < 20; i++) {
      await expect(makeConnect()(io)).rejects.toThrow()
      await (await makeConnect()({ ...io, publicUrl: null })).close()
    }
    expect(listeners()).toBe(0)
  })
})
