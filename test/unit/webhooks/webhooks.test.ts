import { describe, expect, it } from 'vitest'
import { payloadOf } from '../../../src/webhooks/payload.ts'
import { askedPauseMs, pauseAfter } from '../../../src/webhooks/schedule.ts'
import { subscription, tellableTypes, wants } from '../../../src/webhooks/subscribe.ts'

describe('what an endpoint asks for', () => {
  it('is a type, a group or everything; a wrong name is refused when it is entered', () => {
    for (const good of ['ticket.opened', 'ticket.*', '*'])
      expect(subscription.safeParse(good).success).toBe(true)
    for (const bad of ['ticket', 'tickets.*', 'ticket.open', '', '**']) {
      expect(subscription.safeParse(bad).success).toBe(false)
    }
  })

  it('is told and nothing else', () => {
    expect(wants(['ticket.*'], 'ticket.opened')).toBe(true)
    expect(wants(['ticket.*'], 'message.sent')).toBe(false)
    expect(wants(['message.sent'], 'message.sent')).toBe(true)
    expect(wants(['message.sent'], 'message.delivery')).toBe(false)
    expect(tellableTypes.every((type) => wants(['*'], type))).toBe(true)
  })

  it('never includes the failures of webhooks, which would tell of themselves for ever', () => {
    expect(wants(['*'], 'webhook.failed')).toBe(false)
    expect(subscription.safeParse('webhook.failed').success).toBe(false)
  })
})

describe('the pauses between tries', () => {
  it('grow from seconds to a day over about three days, and end', () => {
    const pauses = Array.from({ length: 12 }, (_, i) => pauseAfter(i + 1, null))
    expect(pauses.filter((p) => p !== null)).toHaveLength(9)
    expect(pauses[0]).toBe(5000)
    const days = pauses.reduce<number>((sum, p) => sum + (p ?? 0), 0) / 86_400_000
    expect(days).toBeGreaterThan(3)
    expect(days).toBeLessThan(4)
  })

  it('are at least what the receiver asks for, but never more than a day', () => {
    expect(pauseAfter(1, 60_000)).toBe(60_000)
    expect(pauseAfter(2, 60_000)).toBe(300_000)
    expect(pauseAfter(1, 1e12)).toBe(86_400_000)
    expect(pauseAfter(10, 60_000)).toBeNull()
    expect(askedPauseMs('30', 0)).toBe(30_000)
    expect(askedPauseMs('Thu, 01 Jan 1970 00:01:00 GMT', 10_000)).toBe(50_000)
    expect(askedPauseMs('later', 0)).toBeNull()
    expect(askedPauseMs(undefined, 0)).toBeNull()
  })
})

describe('the payload', () => {
  it('says what, when, about what and by whom, without the name of a person', () => {
    const payload = payloadOf({
      id: 7,
      at: new Date('2026-03-02T01:00:00Z'),
      type: 'ticket.opened',
      subject: 'ticket',
      subjectId: 't-1',
      data: { conversationId: 'c-1' },
      actor: { kind: 'user', id: 'u-1', name: '李坐席', roles: ['agent'], staffId: null },
    })
    expect(payload).toEqual({
      id: 'evt_7',
      type: 'ticket.opened',
      timestamp: '2026-03-02T01:00:00.000Z',
      data: {
        subject: 'ticket',
        subjectId: 't-1',
        conversationId: 'c-1',
        actor: { kind: 'user', id: 'u-1' },
      },
    })
  })
})
