import { another, type Heard, longest, namesNumber, type OpenTicket } from './about.ts'
import { compareDevices, type DeviceLikeness } from './alike.ts'

/** Why a danger to people is not about a ticket. */
export type ApartReason =
  /** Another device or another place. */
  | { readonly kind: 'device' }
  /** The words say that it is something else. */
  | { readonly kind: 'another'; readonly quote: string }
  /** A danger that the ticket's device cannot be the cause of. */
  | { readonly kind: 'danger'; readonly quote: string }

/** Dangers that only some things are the cause of: nobody is trapped in a washing machine, and no gas comes out of one. */
const ofTheirOwn: readonly { readonly danger: RegExp; readonly things: RegExp }[] = [
  {
    danger: /被?困(?:人|在|住|[了着])|被困|关在(?:里面|里头|电梯|轿厢)|出不来|trapped|stuck inside/i,
    things: /梯|轿厢|锁|门|lift|elevator|escalator|door|lock/i,
  },
  {
    danger:
      /(?:燃气|煤气|天然气|瓦斯)(?:味|泄漏|泄露|漏)|漏(?:燃气|煤气|天然气|气)|一氧化碳|臭鸡蛋味?|gas (?:leak|smell)|smell(?:s|ing)? (?:of )?gas|carbon monoxide/i,
    things: /燃|气|灶|炉|热水器|采暖|gas|boiler|stove|cooker|heater|hob/i,
  },
]

/** How it is known that a danger is not about a ticket; null where it belongs to it. */
function apartFrom(heard: Heard, ticket: OpenTicket): ApartReason | null {
  if (namesNumber(heard.text, ticket.number)) return null
  const text = heard.text.slice(0, longest)
  const other = another.exec(text)
  if (other) return { kind: 'another', quote: other[0] }
  const device = compareDevices(heard, ticket, true)
  if (device === 'different') return { kind: 'device' }
  if (typeof device === 'object') return null
  const thing = [ticket.category, ticket.model, ticket.fault].filter(Boolean).join(' ')
  for (const { danger, things } of ofTheirOwn) {
    const said = danger.exec(text)
    if (said && thing !== '' && !things.test(thing)) return { kind: 'danger', quote: said[0] }
  }
  return null
}

/**
 * Whether a danger to people is not about the ticket that a conversation feeds, the first of its live ones, and what becomes of it
 * then: it goes to another of them with the same device, or it is apart. Null where it belongs to the first. Where nothing tells them
 * apart it belongs there: whoever says only "it smokes" speaks of what was reported. Pure.
 */
export function placeDanger(
  heard: Heard,
  [fed, ...others]: readonly OpenTicket[],
): { readonly apart: ApartReason } | { readonly joins: OpenTicket; readonly device: DeviceLikeness } | null {
  const apart = fed && apartFrom(heard, fed)
  if (!apart) return null
  for (const ticket of others) {
    const device = compareDevices(heard, ticket, true)
    if (typeof device === 'object') return { joins: ticket, device }
  }
  return { apart }
}
