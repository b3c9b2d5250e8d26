import { beforeEach, describe, expect, it } from 'vitest'
import { TryKey } from '../../../web/console/ticket/try-key.ts'

describe('the key of a try', () => {
  const stored = new Map<string, string>()
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  }
  let made = 0
  const page = (use: () => typeof storage = () => storage) =>
    new TryKey('reply.1', use, () => `key-${++made}`)
  beforeEach(() => {
    stored.clear()
    made = 0
  })

  it('stays for the same words until they were sent, also on a page that was loaded again', () => {
    expect(page().of('师傅明天到')).toBe('key-1')
    expect(page().of('师傅明天到')).toBe('key-1')
    const last = page()
    last.done()
    expect(last.of('师傅明天到')).toBe('key-2')
  })

  it('is another one for other words', () => {
    const writing = page()
    expect([writing.of('师傅明天到'), writing.of('师傅后天到')]).toEqual(['key-1', 'key-2'])
  })

  it('lives as long as the page where the browser keeps nothing, and survives what others left in its place', () => {
    const refused = page(() => {
      throw new Error('refused')
    })
    expect([refused.of('好的'), refused.of('好的')]).toEqual(['key-1', 'key-1'])
    stored.set('reply.1', '{"said": 5')
    expect(page().of('好的')).toBe('key-2')
  })
})
