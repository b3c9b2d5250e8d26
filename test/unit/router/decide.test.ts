import { describe, expect, it } from 'vitest'
import type { Candidate, RoutingRule } from '../../../src/contract/routing.ts'
import { decide } from '../../../src/router/decide.ts'
import { afterSalesPolicy } from '../../../src/router/policy.ts'
import { engineer, group, input, spans, ticket, wednesday10 } from './world.ts'

const at = (time: string) => Date.parse(`${time}+08:00`)
const failing = (candidates: readonly Candidate[], id: string) =>
  candidates
    .find((c) => c.id === id)!
    .verdicts.filter((v) => !v.ok && !v.waived)
    .map((v) => v.check)

describe('the choice of the group', () => {
  it('takes the first rule that matches, even against attributes that do not fit', () => {
    const rules: RoutingRule[] = [
      { id: 'r1', name: 'vip', when: { field: 'ticket.customerTier', eq: 'vip' }, groupId: 'G-1' },
      { id: 'r2', name: 'gone', when: { all: [] }, groupId: 'G-gone' },
      { id: 'r3', name: 'hz', when: { field: 'ticket.region.city', startsWith: '杭州' }, groupId: 'G-2' },
      { id: 'r4', name: 'any', when: { all: [] }, groupId: 'G-1' },
    ]
    const groups = [group('G-1'), group('G-2', { intents: ['billing'] })]
    const decision = decide(input({ groups, rules }))
    expect(decision.groupId).toBe('G-2')
    expect(decision.via).toEqual({ kind: 'rule', ruleId: 'r3' })
    expect(decision.rules.map((r) => [r.id, r.matched, r.groupKnown])).toEqual([
      ['r1', false, true],
      ['r2', true, false],
      ['r3', true, true],
    ])
    expect(failing(decision.groups, 'G-1')).toEqual(['rule'])
  })

  it('passes over a rule whose condition is malformed', () => {
    const rules = [{ id: 'r1', name: 'broken', when: { field: 'ticket.id', like: '%' }, groupId: 'G-2' }]
    const decision = decide(input({ groups: [group('G-1'), group('G-2', { capacityLeft: 1 })], rules }))
    expect([decision.groupId, decision.via.kind]).toEqual(['G-1', 'order'])
  })

  it('falls from the city group up to the province and the country as the finer ones close or fill up', () => {
    const city = group('G-city', { regions: ['杭州市'] })
    const province = group('G-prov', { regions: ['330000'] })
    const everywhere = group('G-cn', { capacityLeft: 99 })
    const district = group('G-district', { regions: ['330106'] })
    expect(decide(input({ groups: [everywhere, province, city, district] })).groupId).toBe('G-district')
    expect(decide(input({ groups: [everywhere, province, city] })).groupId).toBe('G-city')
    const full = { ...city, capacityLeft: 0 }
    const filled = decide(input({ groups: [everywhere, province, full] }))
    expect(filled.groupId).toBe('G-prov')
    expect(failing(filled.groups, 'G-city')).toEqual(['capacity'])
    const closed = { ...province, hours: spans('12:00', '20:00') }
    expect(decide(input({ groups: [everywhere, closed, full] })).groupId).toBe('G-cn')
  })

  it('orders by tier, channel, single language, region, skill and room, and last by id', () => {
    const vip = group('G-vip', { tiers: ['vip'] })
    const wechat = group('G-wechat', { channels: ['wechat'] })
    const english = group('G-en', { languages: ['en'] })
    const near = group('G-near', { regions: ['杭州市'] })
    const skilled = group('G-skilled', { skills: ['冰箱'] })
    const roomy = group('G-roomy', { capacityLeft: 50 })
    const plain = [group('G-b'), group('G-a')]
    const all = [...plain, roomy, skilled, near, english, wechat, vip]
    const t = ticket({ language: 'en', channel: 'wechat', customerTier: 'vip' })
    const order: (string | null)[] = []
    for (let groups = all; groups.length > 0; ) {
      const { groupId } = decide(input({ ticket: t, groups }))
      order.push(groupId)
      groups = groups.filter((g) => g.id !== groupId)
    }
    expect(order).toEqual(['G-vip', 'G-wechat', 'G-en', 'G-near', 'G-skilled', 'G-roomy', 'G-a', 'G-b'])
  })

  it('treats the closing time as exclusive and the weekday list as of the opening day', () => {
    const groups = [
      group('G-day', { hours: spans('08:00', '20:00', [3]) }),
      group('G-def', { isDefault: true }),
    ]
    const choose = (time: string) =>
      decide(input({ groups, ticket: ticket({ createdAtMs: at(time) }) })).groupId
    expect(choose('2026-11-18T07:59:59')).toBe('G-def')
    expect(choose('2026-11-18T08:00:00')).toBe('G-day')
    expect(choose('2026-11-18T19:59:59')).toBe('G-day')
    expect(choose('2026-11-18T20:00:00')).toBe('G-def')
    expect(choose('2026-11-19T10:00:00')).toBe('G-def')
  })

  it('keeps a night group open past midnight of its last weekday', () => {
    const groups = [group('G-night', { hours: spans('22:00', '06:00', [7]) })]
    const choose = (time: string) =>
      decide(input({ groups, ticket: ticket({ createdAtMs: at(time) }) })).groupId
    expect(choose('2026-11-22T23:00:00')).toBe('G-night')
    expect(choose('2026-11-23T05:59:00')).toBe('G-night')
    expect(choose('2026-11-23T06:00:00')).toBeNull()
    expect(choose('2026-11-22T05:00:00')).toBeNull()
  })

  it('gives an unknown place only to groups that cover the whole country', () => {
    const nowhere = { province: null, city: null, district: null, adcode: null }
    const groups = [group('G-city', { regions: ['杭州市'] }), group('G-cn')]
    expect(decide(input({ groups, ticket: ticket({ region: nowhere }) })).groupId).toBe('G-cn')
  })

  it('gives an unknown product only to groups that take any', () => {
    const groups = [group('G-fridge', { skills: ['冰箱'] }), group('G-any')]
    expect(decide(input({ groups, ticket: ticket({ productCategory: null }) })).groupId).toBe('G-any')
  })

  it('falls to the default group only when nothing else fits, and says how many others did', () => {
    const groups = [group('G-def', { isDefault: true, capacityLeft: 0 }), group('G-1', { capacityLeft: 0 })]
    const fallen = decide(input({ groups }))
    expect([fallen.groupId, fallen.via.kind]).toEqual(['G-def', 'default'])
    const open = decide(input({ groups: [group('G-def', { isDefault: true }), group('G-1'), group('G-2')] }))
    expect(open.groupId).toBe('G-1')
    expect(open.groups[0]!.verdicts[0]).toMatchObject({
      check: 'last_resort',
      ok: false,
      needed: 0,
      found: 2,
    })
  })

  it('tells a dispatcher when no group at all can take the ticket', () => {
    const decision = decide(
      input({ groups: [group('G-1', { languages: ['fr'] })], engineers: [engineer('E-1')] }),
    )
    expect(decision).toMatchObject({ groupId: null, engineerId: null, via: { kind: 'none' } })
    expect(decision.dispatcher).toEqual({ reason: 'no_group' })
    expect(failing(decision.engineers, 'E-1')).toEqual(['group'])
  })
})

describe('the emergency path', () => {
  const critical = ticket({ intent: 'urgent_safety', urgency: 'critical' })
  const closed = { hours: spans('08:00', '09:00'), capacityLeft: 0 }

  it('ignores hours and room and prefers the group made for the product', () => {
    const groups = [
      group('G-emg', { emergency: true }),
      group('G-fridge', { emergency: true, skills: ['冰箱'], ...closed }),
      group('G-normal', { regions: ['330106'] }),
    ]
    const decision = decide(input({ ticket: critical, groups }))
    expect([decision.groupId, decision.via.kind]).toEqual(['G-fridge', 'emergency'])
    const waived = decision.groups[1]!.verdicts.filter((v) => !v.ok)
    expect(waived.map((v) => [v.check, v.waived])).toEqual([
      ['hours', true],
      ['capacity', true],
    ])
    expect(failing(decision.groups, 'G-normal')).toEqual(['emergency'])
  })

  it('goes on to the normal order when no emergency group fits, with hours and room counting again', () => {
    const groups = [
      group('G-emg', { emergency: true, intents: ['repair'] }),
      group('G-full', { capacityLeft: 0 }),
      group('G-open'),
    ]
    const decision = decide(input({ ticket: critical, groups }))
    expect([decision.groupId, decision.via.kind, decision.emergencyTried]).toEqual(['G-open', 'order', true])
    expect(failing(decision.groups, 'G-emg')).toEqual(['intent'])
    expect(failing(decision.groups, 'G-full')).toEqual(['capacity'])
  })

  it('leaves an emergency group in the normal order for tickets that are not critical', () => {
    const groups = [group('G-emg', { emergency: true, capacityLeft: 0 }), group('G-def', { isDefault: true })]
    expect(decide(input({ groups })).groupId).toBe('G-def')
  })
})

describe('the choice of the engineer', () => {
  const choose = (engineers: ReturnType<typeof engineer>[], changes = {}, t = ticket(changes)) =>
    decide(input({ engineers, ticket: t }))

  it('sends nobody for an intent that needs no visit, and says so of everybody', () => {
    const decision = choose([engineer('E-1')], { intent: 'billing' })
    expect([decision.engineerId, decision.dispatcher]).toEqual([null, null])
    expect(failing(decision.engineers, 'E-1')).toEqual(['visit'])
  })

  it.each([
    ['skill', { skills: ['电视'] }],
    ['certificate', { certs: ['制冷'] }],
    ['status', { status: 'leave' }],
    ['status', { status: 'offline' }],
    ['load', { load: 5 }],
    ['shift', { shift: spans('12:00', '20:00') }],
    ['distance', { maxKm: 1 }],
    ['distance', { location: null }],
    ['language', { languages: ['en'] }],
    ['group', { groupIds: ['G-other'] }],
  ])('leaves out for the %s alone somebody who fits otherwise', (check, changes) => {
    const decision = choose([engineer('E-1', changes)], { productCategory: '热水器' })
    expect(decision.engineerId).toBeNull()
    expect(decision.dispatcher).toEqual({ reason: 'no_engineer' })
    expect(failing(decision.engineers, 'E-1')).toEqual([check])
  })

  it('sends a busy engineer with room, exactly at the limit of the distance', () => {
    const location = { lat: 30.259, lng: 120.13 }
    const decision = choose([engineer('E-1', { status: 'busy', load: 4, location, maxKm: 0 })])
    expect(decision.engineerId).toBe('E-1')
  })

  it('asks for the certificates of the ticket besides those of the category', () => {
    const decision = choose([engineer('E-1'), engineer('E-2', { certs: ['高空', '制冷'], load: 3 })], {
      productCategory: '空调',
      requiredCerts: ['高空'],
    })
    expect(decision.engineerId).toBe('E-2')
  })

  it('lets the shift cover the appointment, and the creation only where there is none', () => {
    const night = engineer('E-night', { shift: spans('20:00', '08:00') })
    expect(choose([night]).engineerId).toBeNull()
    expect(choose([night], { appointmentStartMs: at('2026-11-19T07:59:00') }).engineerId).toBe('E-night')
    expect(choose([night], { appointmentStartMs: at('2026-11-19T08:00:00') }).engineerId).toBeNull()
    const allDay = engineer('E-all', { shift: spans('00:00', '24:00') })
    expect(choose([allDay], { appointmentStartMs: at('2026-11-18T23:59:00') }).engineerId).toBe('E-all')
  })

  it('sends the nearest, then the one with fewer jobs, then the smaller id', () => {
    const far = engineer('E-0', { location: { lat: 30.3, lng: 120.2 } })
    const decision = choose([far, engineer('E-3'), engineer('E-2'), engineer('E-1', { load: 2 })])
    expect(decision.engineerId).toBe('E-2')
  })

  it('can be configured to send the least loaded of those within the slack of the nearest', () => {
    const engineers = [
      engineer('E-here', { load: 3 }),
      engineer('E-near', { load: 1, location: { lat: 30.32, lng: 120.15 } }),
      engineer('E-far', { load: 0, location: { lat: 30.45, lng: 120.15 } }),
    ]
    const order = ['near', 'load', 'distance'] as const
    const policy = { ...afterSalesPolicy, engineers: { ...afterSalesPolicy.engineers, order } }
    expect(decide(input({ engineers, policy })).engineerId).toBe('E-near')
    const critical = ticket({ urgency: 'critical' })
    expect(decide(input({ engineers, policy, ticket: critical })).engineerId).toBe('E-here')
  })

  it('allows an unknown distance only where the policy says so, and then sends known neighbours first', () => {
    const policy = {
      ...afterSalesPolicy,
      engineers: { ...afterSalesPolicy.engineers, unknownDistance: 'allow' as const },
    }
    const engineers = [engineer('E-1', { location: null }), engineer('E-2')]
    expect(decide(input({ engineers, policy })).engineerId).toBe('E-2')
    const unplaced = ticket({ site: null })
    expect(decide(input({ engineers, policy, ticket: unplaced })).engineerId).toBe('E-1')
    expect(decide(input({ engineers, ticket: unplaced })).dispatcher).toEqual({ reason: 'no_engineer' })
  })

  it('uses the moment of routing instead of creation when the policy says so', () => {
    const policy = { ...afterSalesPolicy, moment: 'now' as const }
    const groups = [group('G-1', { hours: spans('09:00', '12:00') })]
    const late = { groups, policy, nowMs: wednesday10 + 3 * 3_600_000 }
    expect(decide(input(late)).groupId).toBeNull()
    expect(decide(input({ ...late, policy: afterSalesPolicy })).groupId).toBe('G-1')
  })
})
