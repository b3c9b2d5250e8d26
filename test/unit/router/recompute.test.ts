import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate, RoutingInput, Verdict } from '../../../src/contract/routing.ts'
import { engineerChecks, engineerOrders, groupChecks, groupOrders } from '../../../src/contract/routing.ts'
import { intents, urgencies } from '../../../src/contract/ticket.ts'
import type { JsonValue } from '../../../src/kernel/json.ts'
import { decide } from '../../../src/router/decide.ts'
import { explain, reasons } from '../../../src/router/explain.ts'
import { packDecision, unpackDecision } from '../../../src/router/packed.ts'
import { policySchema } from '../../../src/router/policy.ts'
import { recompute } from '../../../src/router/recompute.ts'
import { input } from './world.ts'

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)
const some = <T>(...values: T[]) => fc.subarray(values)
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), oneOf('00', '30'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`)
const hours = fc.oneof(
  fc.constant('24x7' as const),
  fc.record({
    spans: fc.array(fc.record({ days: some(1, 2, 3, 4, 5, 6, 7), open: clock, close: clock }), {
      maxLength: 2,
    }),
  }),
)
const place = fc.record({
  lat: fc.double({ min: 29, max: 32, noNaN: true }),
  lng: fc.double({ min: 119, max: 122, noNaN: true }),
})
const id = fc.integer({ min: 0, max: 99 }).map((n) => `N${n}`)
const group = fc.record({
  id,
  name: fc.constant('group'),
  emergency: fc.boolean(),
  isDefault: fc.boolean(),
  intents: some('*', 'repair', 'billing'),
  skills: some('*', '冰箱', '空调'),
  regions: some('CN', '浙江省', '杭州', '330106', '上海市'),
  languages: some('zh', 'en'),
  tiers: some('vip'),
  channels: some('phone'),
  hours,
  capacityLeft: fc.option(fc.integer({ min: 0, max: 3 })),
})
const engineer = fc.record({
  id,
  name: fc.constant('engineer'),
  groupIds: fc.array(id, { maxLength: 2 }),
  skills: some('*', '冰箱', '空调'),
  certs: some('制冷', '燃气'),
  languages: some('zh', 'en'),
  status: oneOf('idle', 'busy', 'leave', 'offline'),
  load: fc.integer({ min: 0, max: 4 }),
  maxLoad: fc.integer({ min: 0, max: 4 }),
  shift: fc.option(hours),
  location: fc.option(place),
  maxKm: fc.option(fc.integer({ min: 0, max: 150 })),
})
const ticket = fc.record({
  id: fc.constant('T-1'),
  intent: fc.constantFrom(...intents),
  urgency: fc.constantFrom(...urgencies),
  region: oneOf(
    { province: '浙江省', city: '杭州市', district: '西湖区', adcode: null },
    { province: '上海', city: '上海', district: null, adcode: '310101' },
    { province: null, city: null, district: null, adcode: null },
  ),
  productCategory: oneOf('冰箱', '空调', null),
  language: oneOf('zh', 'en'),
  customerTier: oneOf('vip', 'standard', null),
  channel: oneOf('phone', 'wechat'),
  site: fc.option(place),
  createdAtMs: fc.integer({ min: 1_760_000_000_000, max: 1_790_000_000_000 }),
  appointmentStartMs: fc.option(fc.integer({ min: 1_760_000_000_000, max: 1_790_000_000_000 })),
  requiredCerts: some('燃气'),
})
const rule = fc.record({
  id,
  name: fc.constant('rule'),
  when: oneOf<JsonValue>({ field: 'ticket.language', eq: 'en' }, { not: { all: [] } }, { nonsense: true }),
  groupId: id,
})
const policyPart = { checks: fc.subarray([...groupChecks]), order: fc.shuffledSubarray([...groupOrders]) }
const policy = fc.record({
  name: fc.constant('random'),
  timeZone: oneOf('Asia/Shanghai', 'America/New_York'),
  moment: oneOf('created' as const, 'now' as const),
  mainLanguage: fc.constant('zh'),
  groups: fc.record(policyPart),
  emergency: fc.option(fc.record({ urgencies: fc.subarray([...urgencies]), ...policyPart })),
  engineers: fc.record({
    intents: fc.subarray([...intents]),
    checks: fc.subarray([...engineerChecks]),
    order: fc.shuffledSubarray([...engineerOrders]),
    statuses: some('idle', 'busy'),
    certificates: fc.constant({ 空调: ['制冷'] }),
    shiftMoment: oneOf('appointment' as const, 'moment' as const),
    unknownDistance: oneOf('exclude' as const, 'allow' as const),
    slackKm: fc.constant({ default: 10, byUrgency: { critical: 3 } }),
  }),
})
const world: fc.Arbitrary<RoutingInput> = fc.record({
  ticket,
  groups: fc.uniqueArray(group, { selector: (g) => g.id, maxLength: 6 }),
  engineers: fc.uniqueArray(engineer, { selector: (e) => e.id, maxLength: 6 }),
  rules: fc.array(rule, { maxLength: 2 }),
  policy,
  nowMs: fc.integer({ min: 1_760_000_000_000, max: 1_790_000_000_000 }),
})

const list = (value: Verdict['found']) => value as string[]
const has = (v: Verdict) => list(v.found).includes('*') || list(v.found).includes(String(v.needed))
const emptyOr = (v: Verdict) => list(v.found).length === 0 || has(v)

/** Minutes of the week (Monday 00:00 is 0) in which spans are open, written out one by one. */
function isOpenMinute(v: Verdict): boolean {
  if (v.found === '24x7' || v.found === null) return true
  const [day, time] = String(v.needed).split(' ') as [string, string]
  const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  const now = (Number(day) - 1) * 1440 + minute(time)
  return (v.found as unknown as { days: number[]; open: string; close: string }[]).some((span) =>
    span.days.some((weekday) => {
      const start = (weekday - 1) * 1440 + minute(span.open)
      const length = (minute(span.close) - minute(span.open) + 1440) % 1440 || 1440
      return (now - start + 10_080) % 10_080 < length
    }),
  )
}

const covering: Record<string, string[]> = {
  西湖区: ['CN', '浙江省', '杭州', '330106'],
  上海: ['CN', '上海市'],
  null: ['CN'],
}

/** What a verdict claims, judged again from its own values, without the router's code. */
const holds: Record<string, (v: Verdict, policy: RoutingInput['policy']) => boolean> = {
  rule: (v) => v.needed === v.found,
  emergency: (v) => v.found === true,
  last_resort: (v) => v.found === 0,
  intent: has,
  skill: (v) => list(v.found).includes('*') || (v.needed !== null && has(v)),
  region: (v) => {
    const site = v.needed as { district: string | null; city: string | null }
    return list(v.found).some((region) => covering[String(site.district ?? site.city)]!.includes(region))
  },
  language: has,
  tier: emptyOr,
  channel: emptyOr,
  hours: isOpenMinute,
  shift: isOpenMinute,
  capacity: (v) => v.found === null || Number(v.found) > 0,
  visit: (v) => list(v.needed).includes(String(v.found)),
  group: (v) => v.needed !== null && emptyOr(v),
  certificate: (v) => list(v.needed).every((name) => list(v.found).includes(name)),
  status: (v) => list(v.needed).includes(String(v.found)),
  load: (v) => Number(v.found) < Number(v.needed),
  distance: (v, { engineers }) =>
    v.needed === null ||
    (v.found === null ? engineers.unknownDistance === 'allow' : Number(v.found) <= Number(v.needed)),
}

function check(candidate: Candidate, policy: RoutingInput['policy']) {
  const counted = candidate.verdicts.filter((v) => !v.ok && !v.waived)
  expect(candidate.eligible).toBe(counted.length === 0)
  expect(candidate.score === null).toBe(!candidate.eligible)
  for (const v of candidate.verdicts) expect([v, holds[v.check]!(v, policy)]).toEqual([v, v.ok])
  for (const lang of ['zh', 'en'] as const) {
    const said = reasons(candidate, lang)
    expect(said).toHaveLength(counted.length)
    for (const text of said) expect(text).not.toMatch(/undefined|NaN|\{|null/)
  }
}

describe('a decision over random states', () => {
  it('comes out of its packed form, after a trip through JSON, as it went in', () => {
    fc.assert(
      fc.property(world, (state) => {
        const record = decide(state)
        const stored = JSON.parse(JSON.stringify(packDecision(record)))
        expect(unpackDecision(stored)).toEqual(JSON.parse(JSON.stringify(record)))
        expect(unpackDecision(record)).toBe(record)
      }),
    )
  })

  it('comes out the same when it is computed again, after a trip through JSON too', () => {
    fc.assert(
      fc.property(world, (state) => {
        const record = decide(state)
        const again = recompute(JSON.parse(JSON.stringify(record)), JSON.parse(JSON.stringify(state)))
        expect(again).toMatchObject({ inputMatches: true, versionMatches: true, differences: [] })
      }),
      { numRuns: 1000 },
    )
  })

  it('names for everybody who was left out at least one reason, and every reason is true', () => {
    fc.assert(
      fc.property(world, (state) => {
        const decision = decide(state)
        expect(decision.groups.map((g) => g.id)).toEqual(state.groups.map((g) => g.id))
        expect(decision.engineers.map((e) => e.id)).toEqual(state.engineers.map((e) => e.id))
        for (const candidate of [...decision.groups, ...decision.engineers]) check(candidate, state.policy)
        expect(explain(decision, 'zh')).not.toMatch(/undefined|NaN/)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not depend on the order in which groups and engineers are given', () => {
    fc.assert(
      fc.property(world, (state) => {
        const turned = {
          ...state,
          groups: [...state.groups].reverse(),
          engineers: [...state.engineers].reverse(),
        }
        const [a, b] = [decide(state), decide(turned)]
        expect([a.groupId, a.engineerId, a.via]).toEqual([b.groupId, b.engineerId, b.via])
      }),
      { numRuns: 500 },
    )
  })

  it('never sends anybody whose checks did not hold, and tells a dispatcher whenever a visit has nobody', () => {
    fc.assert(
      fc.property(world, (state) => {
        const decision = decide(state)
        const visits = state.policy.engineers.intents.includes(state.ticket.intent)
        expect(decision.dispatcher !== null).toBe(
          decision.groupId === null || (visits && decision.engineerId === null),
        )
        const eligible = decision.engineers.filter((e) => e.eligible).map((e) => e.id)
        expect(decision.engineerId === null).toBe(eligible.length === 0)
        if (decision.engineerId) expect(eligible).toContain(decision.engineerId)
      }),
    )
  })

  it('is made under policies that the schema accepts', () => {
    fc.assert(
      fc.property(policy, (p) => {
        expect(policySchema.parse(p)).toEqual(p)
      }),
    )
  })
})

it('names what differs when the record was tampered with or the input is another one', () => {
  const record = decide(input())
  expect(recompute({ ...record, groupId: 'G-9' }, input()).differences).toEqual(['groupId'])
  const later = recompute(record, input({ nowMs: 0 }))
  expect([later.inputMatches, later.differences]).toEqual([false, ['inputHash']])
})
