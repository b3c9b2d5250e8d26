import { describe, expect, it } from 'vitest'
import { standingOf } from '../../../src/router/index.ts'

const nowMs = Date.parse('2026-03-02T09:00:00+08:00')
const offer = {
  ...{ status: 'pending' as const, reason: null, staffId: 'li', groupId: 'g' },
  expiresAt: new Date(nowMs + 60_000),
}
const free = { status: 'open' as const, groupId: 'g', assigneeId: null, assignee: null }
const mine = { ...free, status: 'assigned' as const, assigneeId: 'li', assignee: '李师傅' }
const wangs = { ...mine, assigneeId: 'wang', assignee: '王师傅' }

describe('how an engineer stands to a job', () => {
  it('is asked while the offer waits, in time, for a ticket that is free', () => {
    expect(standingOf(offer, free, nowMs)).toEqual({ phase: 'asked' })
    expect(standingOf(offer, free, nowMs + 60_000)).toMatchObject({ zh: '已超时' })
    expect(standingOf(offer, { ...free, groupId: 'other' }, nowMs)).toMatchObject({ zh: '已撤回' })
    expect(standingOf(offer, wangs, nowMs)).toMatchObject({ zh: '已被王师傅接单', en: 'Taken by 王师傅' })
  })

  it('is theirs while the ticket is, however it came to them, until it is closed', () => {
    for (const status of ['accepted', 'rescinded', 'rejected', 'timed_out'] as const)
      expect(standingOf({ ...offer, status }, mine, nowMs)).toEqual({ phase: 'mine' })
    for (const status of ['in_progress', 'on_hold', 'resolved'] as const)
      expect(standingOf({ ...offer, status: 'accepted' }, { ...mine, status }, nowMs)).toEqual({
        phase: 'mine',
      })
    for (const status of ['closed', 'cancelled', 'merged'] as const)
      expect(standingOf({ ...offer, status: 'accepted' }, { ...mine, status }, nowMs)).toMatchObject({
        zh: '工单已结束',
      })
  })

  it('is over once the ticket went to somebody else or back, and says to whom', () => {
    const accepted = { ...offer, status: 'accepted' as const }
    expect(standingOf(accepted, wangs, nowMs)).toEqual({ zh: '已转给王师傅', en: 'it was handed to 王师傅' })
    expect(standingOf(accepted, free, nowMs)).toMatchObject({ en: expect.stringContaining('taken back') })
    expect(standingOf({ ...offer, status: 'rejected' }, free, nowMs)).toMatchObject({ zh: '已拒绝' })
    expect(standingOf({ ...offer, status: 'rescinded' }, free, nowMs)).toMatchObject({ zh: '已撤回' })
    expect(standingOf({ ...offer, status: 'cancelled' }, free, nowMs)).toMatchObject({ zh: '工单已结束' })
  })
})
