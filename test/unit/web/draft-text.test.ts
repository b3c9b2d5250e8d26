import { beforeEach, describe, expect, it } from 'vitest'
import { DraftText } from '../../../web/console/ticket/draft-text.ts'

describe('a draft that two tabs share', () => {
  const stored = new Map<string, string>()
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  }
  const tab = () => new DraftText('reply.1', () => storage)
  beforeEach(() => stored.clear())

  it('is not overwritten by a tab that was opened before and typed nothing', () => {
    const [writing, idle] = [tab(), tab()]
    writing.type('师傅明天到')
    writing.keep()
    idle.keep()
    expect(tab().text).toBe('师傅明天到')
  })

  it('does not come back from the other tab after it was sent, not even when that one was never told', () => {
    const sending = tab()
    sending.type('师傅明天到')
    sending.keep()
    const other = tab()
    expect(other.text).toBe('师傅明天到')
    sending.take('师傅明天到')
    other.keep()
    expect(tab().text).toBe('')
    expect(other.hear(null)).toBe(true)
    expect(other.text).toBe('')
  })

  it('is the newest text: a tab hears what another stored, but not while somebody types in it', () => {
    const [one, two] = [tab(), tab()]
    one.type('早')
    one.keep()
    expect(two.hear('早')).toBe(true)
    two.type('早上好')
    expect(two.hear('早安')).toBe(false)
    two.keep()
    expect(one.hear(stored.get('reply.1') ?? null)).toBe(true)
    expect(one.text).toBe('早上好')
  })

  it('keeps what was typed on while it was sent', () => {
    const one = tab()
    one.type('师傅明天到。还有')
    one.take('师傅明天到。')
    expect(tab().text).toBe('还有')
  })

  it('lives as long as the page where the browser stores nothing', () => {
    const refused = new DraftText('reply.1', () => {
      throw new Error('refused')
    })
    refused.type('师傅')
    refused.keep()
    expect(refused.text).toBe('师傅')
  })
})
