import { describe, expect, it } from 'vitest'
import { type NoticeName, noticeText, noticeTexts, pageOffers } from '../../../src/outbox/templates.ts'

const variables = {
  number: 'T-1',
  link: 'https://h.example/p',
  page: '查看进度或催单',
  engineer: '张师傅',
  appointment: '2026-03-02 10:00',
  reply: '直接回复',
}
const names = Object.keys(noticeTexts) as NoticeName[]

describe('notices', () => {
  it('name the ticket in both languages and leave no variable open', () => {
    for (const name of names) {
      for (const lang of ['zh', 'en'] as const) {
        const text = noticeText(name, lang, variables, { texts: {} })
        expect(text).toContain('T-1')
        expect(text).not.toMatch(/[{}]/)
      }
    }
  })

  it('leave out a line whose variable has no value, and only that line', () => {
    const without = noticeText('ticket.acknowledge', 'en', { ...variables, link: null }, { texts: {} })
    expect(without.split('\n')).toHaveLength(2)
    expect(without).toContain('T-1')
    expect(without).not.toContain('here:')
  })

  it('promise additions only on a page that takes them', () => {
    const says = (page: string) =>
      noticeText('ticket.acknowledge', 'zh', { ...variables, page }, { texts: {} })
    expect(says(pageOffers.readable.zh)).not.toContain('补充说明')
    expect(says(pageOffers.writable.zh)).toContain('补充说明')
  })

  it('do not invite to an answer where the customer cannot give one', () => {
    for (const name of names) {
      const text = noticeText(name, 'zh', { ...variables, reply: null }, { texts: {} })
      expect(text).not.toContain('回复')
    }
  })

  it('take the administrator’s words, drop lines with names that do not exist, and fill no value twice', () => {
    const texts = { 'ticket.acknowledge': { zh: '单号 {number}\n{constructor}\n{engineer}', en: 'x' } }
    const odd = { ...variables, engineer: '{number}' }
    expect(noticeText('ticket.acknowledge', 'zh', odd, { texts })).toBe('单号 T-1\n{number}')
  })
})
