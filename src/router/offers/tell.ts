import { systemActor } from '../../contract/actor.ts'
import { type Effects, joinEffects, noEffects } from '../../contract/jobs.ts'
import { langOf } from '../../directory/index.ts'
import { enqueueToPerson } from '../../outbox/index.ts'
import { sql, type Tx } from '../../store/index.ts'
import { lockTicket, type Ticket } from '../../tickets/index.ts'
import type { OfferPorts } from './card.ts'
import { addressesOf } from './make.ts'
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
  const people = await tx
    .selectFrom('staff')
    .select(['id', 'languages'])
    .where('active', '=', true)
    .where(sql<boolean>`"duties" && ${dutiesFor(ticket, need)}::text[]`)
    .orderBy('id')
    .execute()
  if (people.length === 0) return noEffects
  const ids = people.map(({ id }) => id)
  const reached = await addressesOf(tx, ids, await offerSettings(tx), ports)
  const page = ports.ticketPage(ticket.number)
  const effects: Effects[] = []
  for (const { id, languages } of people) {
    const address = reached.get(id)
    if (!address) continue
    const lang = langOf(languages)
    const text = words[need][lang].replace('{number}', ticket.number)
    const said = await enqueueToPerson(
      tx,
      {
        idempotencyKey: `undispatched:${decisionId}:${id}`,
        ...{ accountId: address.accountId, externalId: address.externalId, ticketId: ticket.id, lang },
        text: page ? `${text}\n${page}` : text,
        reference: ticket.number,
      },
      nowMs,
    )
    effects.push(said.effects)
  }
  return joinEffects(...effects)
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
  const address = (await addressesOf(tx, [assigneeId], await offerSettings(tx), ports)).get(assigneeId)
  if (!address) return noEffects
  const { languages } = await tx
    .selectFrom('staff')
    .select('languages')
    .where('id', '=', assigneeId)
    .executeTakeFirstOrThrow()
  const lang = langOf(languages)
  const { effects } = await enqueueToPerson(
    tx,
    {
      idempotencyKey: `engineer:${what}:${ticketId}:${assigneeId}:${closedAt?.getTime() ?? nowMs}`,
      ...{ accountId: address.accountId, externalId: address.externalId, ticketId, lang },
      text: ownWords[what][lang].replace('{number}', number),
      reference: number,
    },
    nowMs,
  )
  return effects
}
