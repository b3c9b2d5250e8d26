import { type BusinessCalendar, parseCalendar } from '../directory/index.ts'
import { derivedId } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { json, type Reader, sql, type Tx } from '../store/index.ts'
import { closeness, emptyForm, type Form, readForm, type TypeFacts } from './form.ts'

/** What a ticket needs of its type: the form that it is filled by, its promises and the time in which they count. */
export interface TicketType {
  readonly id: string
  readonly key: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly form: Form
  readonly formVersion: number
  /** Business milliseconds by clock: firstResponse, arrival, resolution. */
  readonly sla: Readonly<Record<string, number>>
  readonly calendar: BusinessCalendar
}

/** Where no calendar is set up, every hour counts. */
const everyHour: BusinessCalendar = {
  timeZone: 'Asia/Shanghai',
  hours: '24x7',
  overrides: { holidays: 'none', days: {} },
}

type Which = { readonly key: string } | { readonly id: string } | 'default'

interface Found {
  readonly id: string
  readonly key: string
  readonly name: TicketType['name']
  readonly form: unknown
  readonly formVersion: number
  readonly sla: Record<string, number>
  readonly timeZone: string | null
  readonly hours: unknown
  readonly overrides: unknown
}

async function find(db: Reader, which: Which): Promise<Found | undefined> {
  const condition =
    which === 'default'
      ? sql`t."active"`
      : 'key' in which
        ? sql`t."active" and t."key" = ${which.key}`
        : sql`t."id" = ${which.id}`
  const found = await sql<Found>`
    select t."id", t."key", t."name", t."form", t."formVersion", t."sla", c."timeZone", c."hours", c."overrides"
    from ticket_type t left join lateral (
      select * from calendar where "id" = t."calendarId" or (t."calendarId" is null and "isDefault")
      order by "id" limit 1
    ) c on true
    where ${condition} order by t."isDefault" desc, t."key" limit 1`.execute(db)
  return found.rows[0]
}

function read(found: Found): TicketType {
  const { timeZone, hours, overrides, form: stored, ...type } = found
  const form = readForm(stored)
  const calendar = timeZone === null ? null : parseCalendar({ timeZone, hours, overrides })
  return {
    ...type,
    form: form.ok ? form.value : emptyForm,
    calendar: calendar?.ok ? calendar.value : everyHour,
  }
}

/**
 * The type that is made for a ticket's facts: of those whose form applies to them the one that names the most, then the first by key.
 * Null when none does.
 */
export async function typeFor(db: Reader, facts: TypeFacts): Promise<TicketType | null> {
  const { rows } = await sql<{ key: string; form: unknown }>`
    select "key", "form" from ticket_type where "active" and "form" ? 'appliesTo' order by "key"`.execute(db)
  const fitting = rows
    .map(({ key, form }) => {
      const parsed = readForm(form)
      return { key, close: parsed.ok ? closeness(parsed.value, facts) : 0 }
    })
    .filter(({ close }) => close > 0)
    .toSorted((a, b) => b.close - a.close)
  const [best] = fitting
  const type = best ? await ticketType(db, { key: best.key }) : null
  return type?.ok ? type.value : null
}

/** A ticket type by key or id, or the default one. `not_found` when there is none. */
export async function ticketType(db: Reader, which: Which): Promise<Result<TicketType>> {
  const found = await find(db, which)
  return found ? ok(read(found)) : refuse('not_found', { what: 'ticket type' })
}

const hour = 3_600_000

/** The default type; an installation that has none yet gets a plain one, so that no customer is ever turned away. */
export async function defaultTicketType(tx: Tx): Promise<TicketType> {
  const found = await find(tx, 'default')
  if (found) return read(found)
  await tx
    .insertInto('ticket_type')
    .values({
      id: derivedId('ticket-type', 'service'),
      key: 'service',
      name: json({ zh: '服务工单', en: 'Service ticket' }),
      form: json(emptyForm),
      sla: json({ firstResponse: hour, arrival: 24 * hour, resolution: 72 * hour }),
      isDefault: true,
    })
    .onConflict((c) => c.doNothing())
    .execute()
  return read((await find(tx, 'default'))!)
}
