import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readCase } from '../../src/router/case.ts'
import { decide } from '../../src/router/decide.ts'
import { afterSalesPolicy } from '../../src/router/policy.ts'

/*
 * The published policy written down a second time, as plainly as its sentences and by names only, and held against the
 * router on thousands of variations of the labelled cases.
 */
interface Hours {
  days?: number[]
  open: string
  close: string
}
interface Group {
  id: string
  emergency?: boolean
  default?: boolean
  intents: string[]
  skills: string[]
  regions: string[]
  languages: string[]
  tiers?: string[]
  channels?: string[]
  hours: '24x7' | Hours
  capacity_left: number
}
interface Engineer {
  id: string
  lat: number
  lng: number
  skills: string[]
  certs: string[]
  languages: string[]
  load: number
  max_load: number
  shift: { start: string; end: string }
  status: string
  max_km: number
}
interface Ticket {
  intent: string
  urgency: string
  region: { province: string; city: string; district: string }
  product_category: string | null
  language: string
  customer_tier: string
  channel: string
  site: { lat: number; lng: number }
  created_at: string
  appointment_start: string | null
}
interface Case {
  id: string
  ticket: Ticket
  groups: Group[]
  engineers: Engineer[]
}

const cases: Case[] = readFileSync(new URL('../fixtures/eval/routing.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const local = (time: string) => new Date(Date.parse(time) + 8 * 3_600_000)
const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
const covers = (list: string[], value: string | null) =>
  list.includes('*') || (value !== null && list.includes(value))

function fitsGroup(t: Ticket, g: Group) {
  const region = g.regions.some((r) => r === 'CN' || r === t.region.city || r === t.region.province)
  return (
    covers(g.intents, t.intent) &&
    covers(g.skills, t.product_category) &&
    region &&
    g.languages.includes(t.language)
  )
}

function isOpen(t: Ticket, g: Group) {
  if (g.hours === '24x7') return true
  const now = local(t.created_at)
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes()
  const day = now.getUTCDay() || 7
  return g.hours.days!.includes(day) && minute >= minutes(g.hours.open) && minute < minutes(g.hours.close)
}

function rank(t: Ticket, g: Group): number[] {
  const region = g.regions.includes(t.region.city) ? 0 : g.regions.includes(t.region.province) ? 1 : 2
  return [
    g.tiers ? 0 : 1,
    g.channels ? 0 : 1,
    t.language !== 'zh' && g.languages.length === 1 ? 0 : 1,
    region,
    g.skills.includes('*') ? 1 : 0,
    -g.capacity_left,
  ]
}

function compare(a: number[], b: number[]) {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

/** Every group that the policy's words allow to be chosen: several where they leave a tie open. */
function groupsOf({ ticket: t, groups }: Case): string[] {
  if (t.urgency === 'critical') {
    const emergency = groups.filter((g) => g.emergency && fitsGroup(t, g))
    const specific = emergency.filter((g) => !g.skills.includes('*'))
    if (emergency.length) return (specific.length ? specific : emergency).map((g) => g.id)
  }
  const candidates = groups.filter(
    (g) =>
      !g.default &&
      fitsGroup(t, g) &&
      (!g.tiers || g.tiers.includes(t.customer_tier)) &&
      (!g.channels || g.channels.includes(t.channel)) &&
      isOpen(t, g) &&
      g.capacity_left > 0,
  )
  const best = [...candidates].sort((a, b) => compare(rank(t, a), rank(t, b)))[0]
  if (!best) return groups.filter((g) => g.default).map((g) => g.id)
  return candidates.filter((g) => compare(rank(t, g), rank(t, best)) === 0).map((g) => g.id)
}

function kilometres(a: { lat: number; lng: number }, b: { lat: number; lng: number }) {
  const r = Math.PI / 180
  const cos =
    Math.sin(a.lat * r) * Math.sin(b.lat * r) +
    Math.cos(a.lat * r) * Math.cos(b.lat * r) * Math.cos((a.lng - b.lng) * r)
  return 6371.0088 * Math.acos(Math.min(1, cos))
}

const certificates: Record<string, string> = {
  电梯: '特种设备',
  燃气灶: '燃气',
  热水器: '燃气',
  空调: '制冷',
}

function engineersOf({ ticket: t, engineers }: Case): string[] {
  if (!['repair', 'installation', 'maintenance', 'urgent_safety'].includes(t.intent)) return []
  const at = local(t.appointment_start ?? t.created_at)
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes()
  const onShift = ({ shift }: Engineer) => {
    const [from, to] = [minutes(shift.start), minutes(shift.end)]
    return from < to ? minute >= from && minute < to : minute >= from || minute < to
  }
  const fit = engineers.filter((e) => {
    const needed = certificates[t.product_category ?? '']
    const able = covers(e.skills, t.product_category) && (!needed || e.certs.includes(needed))
    const free = ['idle', 'busy'].includes(e.status) && e.load < e.max_load && onShift(e)
    return able && free && kilometres(t.site, e) <= e.max_km && e.languages.includes(t.language)
  })
  const nearest = Math.min(...fit.map((e) => kilometres(t.site, e)))
  const slack = t.urgency === 'critical' ? 3 : 10
  return fit.filter((e) => kilometres(t.site, e) <= nearest + slack).map((e) => e.id)
}

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values)
const tickets = cases.map((c) => c.ticket)
const time = fc
  .integer({
    min: Date.parse('2026-11-16T00:00:00+08:00') / 900_000,
    max: Date.parse('2026-11-23T00:00:00+08:00') / 900_000,
  })
  .map((quarter) => `${new Date(quarter * 900_000 + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`)
const place = pick(tickets).map(({ region, site }) => ({ region, site }))
const ticket = fc
  .record({
    place,
    intent: pick([...new Set(tickets.map((t) => t.intent)), 'installation', 'return_refund', 'bug_report']),
    urgency: pick(['critical', 'critical', 'high', 'normal', 'low']),
    product_category: pick([...new Set(tickets.map((t) => t.product_category)), '燃气灶', '打印机', '其他']),
    language: pick(['zh', 'zh', 'zh', 'en']),
    customer_tier: pick(['standard', 'standard', 'vip']),
    channel: pick(['phone', 'wechat', 'email']),
    created_at: time,
    appointment_start: fc.option(time),
  })
  .map(({ place: { region, site }, ...rest }): Ticket => ({ ...rest, region, site }))
const variation: fc.Arbitrary<Case> = fc
  .record({
    base: pick(cases),
    ticket,
    capacities: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 20, maxLength: 20 }),
    statuses: fc.array(pick(['idle', 'idle', 'busy', 'leave', 'offline']), { minLength: 21, maxLength: 21 }),
    loads: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 21, maxLength: 21 }),
    gone: fc.subarray(cases[0]!.groups.map((g) => g.id).slice(0, -1), { maxLength: 8 }),
  })
  .map(({ base, ticket: t, capacities, statuses, loads, gone }) => ({
    id: base.id,
    ticket: t,
    groups: base.groups
      .map((g, i) => ({ ...g, capacity_left: capacities[i]! }))
      .filter((g) => !gone.includes(g.id)),
    engineers: base.engineers.map((e, i) => ({ ...e, status: statuses[i]!, load: loads[i]! })),
  }))

it('agrees with the policy’s own words on thousands of variations of the labelled cases', () => {
  const seen = { served: 0, emergency: 0, fallen: 0 }
  fc.assert(
    fc.property(variation, (each) => {
      const read = readCase(JSON.stringify(each), afterSalesPolicy)
      if (!read.ok) throw new Error(read.error)
      const decision = decide(read.input)
      expect(groupsOf(each)).toContain(decision.groupId)
      const acceptable = engineersOf(each)
      if (acceptable.length) expect(acceptable).toContain(decision.engineerId)
      else expect(decision.engineerId).toBeNull()
      if (decision.engineerId) seen.served++
      if (decision.via.kind === 'emergency') seen.emergency++
      if (decision.via.kind === 'default') seen.fallen++
    }),
    { numRuns: 3000 },
  )
  // A generator that reached no such state would prove nothing.
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20)
})
