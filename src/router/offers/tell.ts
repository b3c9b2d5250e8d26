import { systemActor } from '../../contract/actor.ts'
import { type Effects, joinEffects, noEffects } from '../../contract/jobs.ts'
import { langOf } from '../../directory/index.ts'
import { enqueueToPerson } from '../../outbox/index.ts'
import { sql, type Tx } from '../../store/index.ts'
import { lastPressed, lockTicket, type Pressed, type Ticket, waitingStatuses } from '../../tickets/index.ts'
import type { OfferPorts } from './card.ts'
import { type Asked, addressesOf } from './make.ts'
import { offerSettings } from './settings.ts'

const words = {
  no_group: {
    zh: '工单 {number} 没有合适的技能组，请调度员处理。',
    en: 'No group fits ticket {number}. A dispatcher must decide.',
  },
  no_engineer: {
    zh: '工单 {number} 没有工程师可派，请调度员处理。',
    en: 'No engineer can be sent for ticket {number}. A dispatcher must decide.',
  },
  declined: {
    zh: '工单 {number} 没有工程师接单，请调度员处理。',
    en: 'No engineer took ticket {number}. A dispatcher must decide.',
  },
  danger_stays: {
    zh: '危急：工单 {number} 有人身危险，但没有改派（人工指派，或工程师已开始处理），请马上处理。',
    en: 'Danger: people are at risk in ticket {number}, and it stays where a person put it or where work has begun. Act at once.',
  },
} as const

const ownWords = {
  cancelled: {
    zh: '工单 {number} 已取消，请不要再上门。',
    en: 'Ticket {number} has been cancelled. Please do not go there any more.',
  },
  again: {
    zh: '工单 {number} 已恢复，仍由您处理。',
    en: 'Ticket {number} is open again and still yours.',
  },
} as const

const pressedWords = {
  engineer: {
    zh: '客户催单：工单 {number}（第 {count} 次），请尽快处理。',
    en: 'The customer presses for ticket {number} (time {count}). Please see to it soon.',
  },
  nobody: {
    zh: '客户催单：工单 {number}（第 {count} 次），还没有工程师，请调度员处理。',
    en: 'The customer presses for ticket {number} (time {count}), which no engineer has yet. A dispatcher must decide.',
  },
  unreached: {
    zh: '客户催单：工单 {number}（第 {count} 次），{engineer}没有绑定可用的聊天账号，请转告。',
    en: 'The customer presses for ticket {number} (time {count}). {engineer} has no linked chat; please pass it on.',
  },
  said: { zh: '客户说：“{said}”', en: 'The customer says: “{said}”' },
} as const

/** Longest words of a customer that a chat repeats, code points. */
const mostSaid = 60

/**
 * Why a dispatcher is needed; `declined`: everybody who fitted turned it down or did not answer; `danger_stays`: a danger did not move
 * the ticket.
 */
export type Need = keyof typeof words

/** Where people are in danger, more eyes than the dispatchers' are wanted. */
const dutiesFor = ({ urgency }: Ticket, need: Need) =>
  need === 'danger_stays' || urgency === 'critical' ? ['dispatcher', 'supervisor'] : ['dispatcher']

/**
 * Tells every dispatcher who can be reached, in their own chat, that a ticket waits for them; once for each decision. Of danger the
 * supervisors are told as well.
 */
export async function tellDispatchers(
  tx: Tx,
  { ticket, need, decisionId }: { readonly ticket: Ticket; readonly need: Need; readonly decisionId: string },
  ports: OfferPorts,
  nowMs: number,
): Promise<Effects> {
  const page = ports.ticketPage(ticket.number)
  const effects: Effects[] = []
  for (const { lang, ...reached } of await reachable(tx, dutiesFor(ticket, need), ports)) {
    const text = words[need][lang].replace('{number}', ticket.number)
    const idempotencyKey = `undispatched:${decisionId}:${reached.staffId}`
    const message = { idempotencyKey, lang, text: page ? `${text}\n${page}` : text }
    effects.push(await write(tx, ticket, reached, message, nowMs))
  }
  return joinEffects(...effects)
}

interface Reached extends Asked {
  readonly lang: 'zh' | 'en'
}

/** Who of the staff can be reached in a chat of their own: those with one of the duties, or one person. */
async function reachable(tx: Tx, whom: readonly string[] | string, ports: OfferPorts): Promise<Reached[]> {
  const people = await tx
    .selectFrom('staff')
    .select(['id', 'languages'])
    .where(
      typeof whom === 'string'
        ? sql<boolean>`"id" = ${whom}`
        : sql<boolean>`"active" and "duties" && ${[...whom]}::text[]`,
    )
    .orderBy('id')
    .execute()
  if (people.length === 0) return []
  const ids = people.map(({ id }) => id)
  const addresses = await addressesOf(tx, ids, await offerSettings(tx), ports)
  return people.flatMap(({ id, languages }) => {
    const address = addresses.get(id)
    return address ? [{ ...address, lang: langOf(languages) }] : []
  })
}

async function write(
  tx: Tx,
  { id: ticketId, number }: Ticket,
  { accountId, externalId }: Asked,
  message: { readonly idempotencyKey: string; readonly text: string; readonly lang: 'zh' | 'en' },
  nowMs: number,
): Promise<Effects> {
  const to = { accountId, externalId, ticketId, reference: number }
  return (await enqueueToPerson(tx, { ...message, ...to }, nowMs)).effects
}

/**
 * Tells the engineer of a ticket in their own chat that it was cancelled, however it came to them; and once they were told, that it goes
 * on after all. Says what is so now: what was undone before that is not spoken of.
 */
export async function tellEngineer(
  tx: Tx,
  ticketId: string,
  ports: OfferPorts,
  nowMs: number,
): Promise<Effects> {
  const locked = await lockTicket(tx, ticketId, systemActor('offers'))
  if (!locked.ok || locked.value.assigneeId === null) return noEffects
  const { assigneeId, status, number, closedAt } = locked.value
  const told = await tx
    .selectFrom('outbox_message')
    .select('idempotencyKey')
    .where('ticketId', '=', ticketId)
    .where('idempotencyKey', 'like', `engineer:%:${ticketId}:${assigneeId}:%`)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const what = status === 'cancelled' ? 'cancelled' : 'again'
  const before = told?.idempotencyKey.split(':')[1]
  if (before === what || (what === 'again' && before === undefined)) return noEffects
  const [engineer] = await reachable(tx, assigneeId, ports)
  if (!engineer) return noEffects
  const { lang } = engineer
  const idempotencyKey = `engineer:${what}:${ticketId}:${assigneeId}:${closedAt?.getTime() ?? nowMs}`
  const text = ownWords[what][lang].replace('{number}', number)
  return await write(tx, locked.value, engineer, { idempotencyKey, lang, text }, nowMs)
}

/**
 * Tells the engineer of a ticket in their own chat that its customer presses for it, in the customer's words; the dispatchers, where
 * nobody has it or its engineer cannot be reached. Each person once in the time in which pressing counts once.
 */
export async function tellOfPressing(
  tx: Tx,
  ticketId: string,
  ports: OfferPorts,
  nowMs: number,
): Promise<Effects> {
  const locked = await lockTicket(tx, ticketId, systemActor('offers'))
  if (!locked.ok || !waitingStatuses.some((status) => status === locked.value.status)) return noEffects
  const ticket = locked.value
  const pressed = await lastPressed(tx, ticketId)
  if (!pressed) return noEffects
  const { assigneeId } = ticket
  const own = assigneeId === null ? [] : await reachable(tx, assigneeId, ports)
  const people = own.length > 0 ? own : await reachable(tx, ['dispatcher'], ports)
  const what = own.length > 0 ? 'engineer' : assigneeId === null ? 'nobody' : 'unreached'
  const name = what === 'unreached' ? await nameOf(tx, assigneeId!) : ''
  const page = what === 'engineer' ? null : ports.ticketPage(ticket.number)
  const effects: Effects[] = []
  for (const { lang, ...reached } of people) {
    const key = (count: number) => `expedited:${ticketId}:${count}:${reached.staffId}`
    if (await wasSaid(tx, pressed.before.map(key))) continue
    const text = [pressedText(what, ticket.number, name, pressed, lang), page].filter(Boolean).join('\n')
    effects.push(await write(tx, ticket, reached, { idempotencyKey: key(pressed.count), lang, text }, nowMs))
  }
  return joinEffects(...effects)
}

function pressedText(
  what: 'engineer' | 'nobody' | 'unreached',
  number: string,
  engineer: string,
  { count, reason }: Pressed,
  lang: 'zh' | 'en',
): string {
  const values: Readonly<Record<string, string>> = { number, engineer, count: String(count) }
  const first = pressedWords[what][lang].replace(/\{(\w+)\}/g, (_, key: string) => values[key]!)
  const units = [...(reason ?? '').replace(/\s+/g, ' ').trim()]
  if (units.length === 0) return first
  const said = units.length > mostSaid ? `${units.slice(0, mostSaid).join('')}…` : units.join('')
  return `${first}\n${pressedWords.said[lang].replace('{said}', () => said)}`
}

async function nameOf(tx: Tx, staffId: string): Promise<string> {
  const row = await tx.selectFrom('staff').select('name').where('id', '=', staffId).executeTakeFirstOrThrow()
  return row.name
}

async function wasSaid(tx: Tx, keys: readonly string[]): Promise<boolean> {
  if (keys.length === 0) return false
  const row = await tx
    .selectFrom('outbox_message')
    .select('id')
    .where('idempotencyKey', 'in', [...keys])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
