import { type Effects, joinEffects, noEffects } from '../../contract/jobs.ts'
import { langOf } from '../../directory/index.ts'
import { enqueueToPerson } from '../../outbox/index.ts'
import { sql, type Tx } from '../../store/index.ts'
import type { Ticket } from '../../tickets/index.ts'
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
