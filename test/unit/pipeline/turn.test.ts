import { describe, expect, it } from 'vitest'
import type { ExtractionAction } from '../../../src/contract/extraction.ts'
import { decideTurn, endOf, isUrgent, mayTell, stateKey, type TurnFacts } from '../../../src/pipeline/turn.ts'

const ask: ExtractionAction = { kind: 'ask', field: 'phone', question: '电话?', quickReplies: [] }
const facts: TurnFacts = {
  action: ask,
  urgent: false,
  feeds: false,
  waiting: null,
  mayAsk: true,
  attended: false,
}
const next = (change: Partial<TurnFacts>) => decideTurn({ ...facts, ...change })

describe('whether a request waits for an answer', () => {
  it('asks where something is missing and the hub may speak', () => {
    expect(next({})).toBe('ask')
    expect(next({ mayAsk: false })).toBe('take')
  })

  it('goes on waiting while the same is missing, or only small talk was said', () => {
    expect(next({ waiting: 'phone' })).toBe('wait')
    expect(next({ waiting: 'phone', mayAsk: false })).toBe('wait')
    expect(next({ waiting: 'phone', action: { kind: 'none' } })).toBe('wait')
    expect(next({ action: { kind: 'none' } })).toBe('take')
  })

  it('asks for the next field once the first is there', () => {
    expect(next({ waiting: 'address' })).toBe('ask')
    expect(next({ waiting: 'address', mayAsk: false })).toBe('take')
  })

  it.each([
    ['haste', { urgent: true }],
    ['a person who speaks', { attended: true }],
    ['a ticket that lives', { feeds: true }],
    ['the wish for a person', { action: { kind: 'handover' } as const }],
    ['everything being there', { action: { kind: 'create' } as const }],
  ])('never waits beside %s', (_what, change) => {
    expect(next({ ...change, waiting: 'phone' })).toBe('take')
  })
})

const field = <T>(value: T) => ({
  value,
  evidence: [],
  method: 'rules' as const,
  confidence: 1,
  verdict: 'accepted' as const,
})

describe('what became of a question', () => {
  const place = { province: null, city: '杭州市', district: null, adcode: null }
  const evidence = { kind: 'span', turn: '1', start: 0, end: 1, quote: '1' } as const

  it('is answered when the field is there: of an address, the street', () => {
    expect(endOf('phone', { fields: { phone: field('13800001111') } }, 'dropped')).toBe('answered')
    expect(endOf('address', { fields: { address: field({ ...place, detail: null }) } }, 'expired')).toBe(
      'expired',
    )
    expect(
      endOf('address', { fields: { address: field({ ...place, detail: '文三路1号' }) } }, 'expired'),
    ).toBe('answered')
  })

  it('is chosen when one of its quick replies was, and otherwise as its waiting ended', () => {
    const choice = { field: 'phone', reply: '就在这里联系我', evidence } as const
    expect(endOf('phone', { fields: {}, choice }, 'dropped')).toBe('chosen')
    expect(endOf('address', { fields: {}, choice }, 'dropped')).toBe('dropped')
  })

  it('does not matter where haste is called for', () => {
    expect(isUrgent({ fields: { urgency: field('critical' as const) } })).toBe(true)
    expect(isUrgent({ fields: { urgency: field('high' as const) } })).toBe(true)
    expect(isUrgent({ fields: { intent: field('urgent_safety' as const) } })).toBe(true)
    expect(isUrgent({ fields: { urgency: field('normal' as const) } })).toBe(false)
  })
})

describe('a ticket’s state', () => {
  const open = { status: 'open', assigneeId: null, appointmentStart: null } as const
  const at = (nowMs: number) => ({ nowMs, everyMs: 600_000 })

  it('is another one with another status, engineer or appointment', () => {
    const keys = [
      open,
      { ...open, status: 'assigned' as const },
      { ...open, assigneeId: 'a' },
      { ...open, appointmentStart: new Date(0) },
    ].map(stateKey)
    expect(new Set(keys).size).toBe(4)
  })

  it('is told once, and another one not within the pause', () => {
    const told = [{ kind: 'progress', state: 'open', atMs: 0 }]
    expect(mayTell({ kind: 'progress', state: 'open' }, [], at(0))).toBe(true)
    expect(mayTell({ kind: 'progress', state: 'open' }, told, at(9e9))).toBe(false)
    expect(mayTell({ kind: 'progress', state: 'assigned' }, told, at(599_999))).toBe(false)
    expect(mayTell({ kind: 'progress', state: 'assigned' }, told, at(600_000))).toBe(true)
    expect(mayTell({ kind: 'expedite', state: 'open' }, told, at(1))).toBe(true)
  })
})
