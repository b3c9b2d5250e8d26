import { z } from 'zod'
import { risks } from '../contract/labels.ts'
import type { Hours, RoutingInput, RoutingPolicy } from '../contract/routing.ts'
import type { Intent, Urgency } from '../contract/ticket.ts'
import { offsetMs } from '../directory/index.ts'

const everyDay = [1, 2, 3, 4, 5, 6, 7]
const names = z.array(z.string())
const clock = z.string().regex(/^\d{1,2}:\d{2}$/)
const text = z
  .string()
  .nullish()
  .transform((value) => value || null)
const primaryTag = (tag: string) => tag.toLowerCase().split('-')[0]!

const span = z
  .object({
    days: z.array(z.number().int().min(1).max(7)).optional(),
    open: clock.optional(),
    close: clock.optional(),
    start: clock.optional(),
    end: clock.optional(),
  })
  .transform(({ days, open, close, start, end }) => ({
    days: days ?? everyDay,
    open: open ?? start ?? '00:00',
    close: close ?? end ?? '24:00',
  }))

const hours = z
  .union([z.literal('24x7'), span, z.array(span)])
  .transform((value): Hours => (value === '24x7' ? value : { spans: [value].flat() }))

const point = z.object({ lat: z.number(), lng: z.number() })

const group = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    emergency: z.boolean().default(false),
    default: z.boolean().default(false),
    intents: names.default(['*']),
    skills: names.default(['*']),
    regions: names.default(['CN']),
    languages: names.default(['*']),
    tiers: names.nullish(),
    channels: names.nullish(),
    hours: hours.nullish(),
    capacity_left: z.number().nullish(),
  })
  .transform((g) => ({
    id: g.id,
    name: g.name ?? g.id,
    emergency: g.emergency,
    isDefault: g.default,
    intents: g.intents,
    skills: g.skills,
    regions: g.regions,
    languages: g.languages.map(primaryTag),
    tiers: g.tiers ?? [],
    channels: g.channels ?? [],
    hours: g.hours ?? ('24x7' as const),
    capacityLeft: g.capacity_left ?? null,
  }))

const engineer = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    groups: names.nullish(),
    skills: names.default([]),
    certs: names.nullish(),
    languages: names.default(['zh']),
    status: z.string().default('idle'),
    load: z.number().default(0),
    max_load: z.number().nullish(),
    shift: hours.nullish(),
    lat: z.number().nullish(),
    lng: z.number().nullish(),
    max_km: z.number().nullish(),
  })
  .transform((e) => ({
    id: e.id,
    name: e.name ?? e.id,
    groupIds: e.groups ?? [],
    skills: e.skills,
    certs: e.certs ?? [],
    languages: e.languages.map(primaryTag),
    status: e.status,
    load: e.load,
    maxLoad: e.max_load ?? Number.MAX_SAFE_INTEGER,
    shift: e.shift ?? null,
    location: typeof e.lat === 'number' && typeof e.lng === 'number' ? { lat: e.lat, lng: e.lng } : null,
    maxKm: e.max_km ?? null,
  }))

const region = z.object({ province: text, city: text, district: text, adcode: text })
const nowhere = { province: null, city: null, district: null, adcode: null }

const ticket = z.object({
  intent: z.string(),
  urgency: z.string().default('normal'),
  region: region.nullish(),
  product_category: text,
  language: text,
  customer_tier: text,
  channel: z.string().default(''),
  site: point.nullish().catch(null),
  created_at: z.string(),
  appointment_start: text,
  risks: z.array(z.enum(risks)).nullish(),
  required_cert: z.union([z.string(), names]).nullish(),
})

const routingCase = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  ticket,
  groups: z.array(group),
  engineers: z.array(engineer),
})

// A time without an offset is on the wall clock of the policy's zone.
function timeMs(value: string, timeZone: string): number {
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(value) && value.includes('T')
  if (hasOffset) return Date.parse(value)
  const asUtc = Date.parse(value.includes('T') ? `${value}Z` : `${value}T00:00:00Z`)
  return Number.isNaN(asUtc) ? asUtc : asUtc - offsetMs(timeZone, asUtc)
}

/** A case that could be read, or why not. */
export type ReadCase =
  | { readonly ok: true; readonly id: string; readonly input: RoutingInput }
  | { readonly ok: false; readonly id: string | null; readonly error: string }

/** Reads one line of labelled routing cases into the router's input; labels are not looked at. */
export function readCase(line: string, policy: RoutingPolicy): ReadCase {
  let json: { id?: unknown }
  try {
    json = JSON.parse(line)
  } catch (error) {
    return { ok: false, id: null, error: (error as Error).message }
  }
  const parsed = routingCase.safeParse(json)
  if (!parsed.success) {
    const id = typeof json?.id === 'string' ? json.id : null
    return { ok: false, id, error: z.prettifyError(parsed.error) }
  }
  const { id, ticket: t, groups, engineers } = parsed.data
  const createdAtMs = timeMs(t.created_at, policy.timeZone)
  const appointmentStartMs = t.appointment_start ? timeMs(t.appointment_start, policy.timeZone) : null
  if (Number.isNaN(createdAtMs) || Number.isNaN(appointmentStartMs)) {
    return { ok: false, id, error: 'created_at or appointment_start is not a time' }
  }
  const input: RoutingInput = {
    ticket: {
      id,
      intent: t.intent as Intent,
      urgency: t.urgency as Urgency,
      region: t.region ?? nowhere,
      productCategory: t.product_category,
      language: primaryTag(t.language ?? policy.mainLanguage),
      customerTier: t.customer_tier,
      channel: t.channel,
      site: t.site ?? null,
      createdAtMs,
      appointmentStartMs,
      requiredCerts: t.required_cert ? [t.required_cert].flat() : [],
      ...(t.risks?.length ? { risks: t.risks } : {}),
    },
    groups,
    engineers,
    rules: [],
    policy,
    nowMs: createdAtMs,
  }
  return { ok: true, id, input }
}
