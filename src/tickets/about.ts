import type { Intent } from '../contract/ticket.ts'
import {
  type Comparable,
  compareDevices,
  compareFaults,
  type DeviceLikeness,
  type FaultLikeness,
  type Likeness,
} from './alike.ts'

/** What was said in a conversation that has no ticket yet. */
export interface Heard extends Comparable {
  /** The customer's words. */
  readonly text: string
  readonly intent: Intent | null
}

/** An open ticket that it could be about. */
export interface OpenTicket extends Comparable {
  readonly id: string
  readonly number: string
  readonly intent: Intent
}

/** Why a conversation is about a ticket, or may be. */
export type AboutReason =
  | Likeness
  /** Its number was named. */
  | { readonly kind: 'number'; readonly quote: string }
  /** The words lead back to something reported before. */
  | { readonly kind: 'refers'; readonly quote: string }
  /** The same device, by its number, without another fault being told. */
  | { readonly kind: 'device'; readonly device: DeviceLikeness }
  /** The same fault as before, the device not named again. */
  | { readonly kind: 'fault'; readonly same: { readonly mine: string; readonly theirs: string } }
  /** Somebody else left the same telephone number. */
  | { readonly kind: 'phone'; readonly phone: string }

/** `join`: the same person means this ticket. `ask`: a person of the house says whether it is so. */
export interface About {
  readonly kind: 'join' | 'ask'
  readonly ticketId: string
  readonly number: string
  readonly reason: AboutReason
  /** Several of the customer's tickets fit equally; a different person fits one. */
  readonly unsure: 'several' | 'other_person' | 'vague' | null
}

/** The longest text that is looked at, characters. */
export const longest = 2_000

const refersBack =
  /(?:上次|之前|昨天|前天|刚才|刚刚|早上|上午|前几天|前两天)[^。！？!?\n]{0,6}(?:报|说|提|登记|反映|约)|(?:那个|这个|我的)(?:工?单|报修)|报修的那|还是(?:老|原来的?|那个|同样的?|一样的?)?(?:问题|毛病|故障|样)|同一个(?:问题|故障|事)|\b(?:i|we) (?:already |have already )?(?:reported|called|wrote|booked)[^.!?\n]{0,20}(?:earlier|before|yesterday|this morning|last)|\bsame (?:issue|problem|ticket|request)\b|\bmy (?:earlier|previous|open|existing) (?:ticket|request|report)\b/i
const goesOn = /还是|仍然|仍旧|依然|依旧|又|再次|一直|\b(?:still|again)\b/i
/** Words that tell what is reported from what was reported before. */
export const another =
  /另(?:外)?(?:一台|一个|有|一)|另外[^,，。!！?？\n]{1,6}(?:坏|漏|不(?!用|急)|响|没|裂|卡)|还有(?:一台|一个|台)|第二台|别的|新买的|再(?:加|报)一|不是(?:那|上次|之前|同)|换(?:个|一个)问题|\b(?:have|got|is) another\b|\banother (?:one|device|unit|problem|issue|machine)\b|\bdifferent (?:one|device|unit|problem|issue|machine)\b|\bsecond (?:one|device|unit)\b|\bnew (?:problem|issue|request)\b/i

/** Requests that begin something of their own unless the ticket is one of the same kind. */
const ownKinds: readonly Intent[] = [
  'installation',
  'maintenance',
  'billing',
  'return_refund',
  'feature_request',
]

function fits(heard: Heard, ticket: OpenTicket): boolean {
  const { intent } = heard
  if (intent === null || intent === ticket.intent) return true
  return !ownKinds.includes(intent) && !(ownKinds.includes(ticket.intent) && heard.fault !== '')
}

/** Numbers stand alone: T100017 is not named by T1000175. */
export function namesNumber(text: string, number: string): boolean {
  const said = text.slice(0, longest).toUpperCase()
  for (let at = said.indexOf(number); at >= 0; at = said.indexOf(number, at + 1)) {
    const around = `${said[at - 1] ?? ' '}${said[at + number.length] ?? ' '}`
    if (!/[A-Z0-9]/.test(around)) return true
  }
  return false
}

interface Fit {
  readonly ticket: OpenTicket
  readonly reason: AboutReason
}

interface Compared {
  readonly ticket: OpenTicket
  readonly device: DeviceLikeness | 'different' | 'unknown'
  readonly fault: { readonly of: FaultLikeness; readonly mine: string; readonly theirs: string }
}

const known = (device: Compared['device']): device is DeviceLikeness => typeof device === 'object'
const numbered = (device: Compared['device']): device is DeviceLikeness =>
  known(device) && (device.kind === 'serial' || device.kind === 'device')

function compared(heard: Heard, tickets: readonly OpenTicket[], sameContact: boolean): Compared[] {
  return tickets
    .filter((ticket) => fits(heard, ticket))
    .map((ticket) => ({
      ticket,
      device: compareDevices(heard, ticket, sameContact),
      fault: compareFaults(heard.fault, ticket.fault),
    }))
    .filter(({ device, fault }) => device !== 'different' && fault.of !== 'different')
}

/** Tickets of the same person that the words surely mean. */
function sure(heard: Heard, mine: readonly Compared[]): Fit[] {
  return mine.flatMap(({ ticket, device, fault }): Fit[] => {
    const { of, ...same } = fault
    if (known(device) && of === 'same')
      return [{ ticket, reason: { kind: 'same_device_and_fault', device, same } }]
    if (numbered(device) && heard.fault === '') return [{ ticket, reason: { kind: 'device', device } }]
    if (of === 'same' && goesOn.test(heard.text)) return [{ ticket, reason: { kind: 'fault', same } }]
    return []
  })
}

/** Tickets of the same person that the words may mean. */
function likely(mine: readonly Compared[]): Fit[] {
  return mine.flatMap(({ ticket, device, fault }): Fit[] => {
    const { of, ...same } = fault
    if (numbered(device)) return [{ ticket, reason: { kind: 'device', device } }]
    return of === 'same' ? [{ ticket, reason: { kind: 'fault', same } }] : []
  })
}

/** Tickets of other people that it may be about: by the number on the device, or by the telephone number that was left. */
function others(heard: Heard, theirs: readonly Compared[]): Fit[] {
  return theirs.flatMap(({ ticket, device, fault }): Fit[] => {
    const { of, ...same } = fault
    if (numbered(device))
      return [
        of === 'same'
          ? { ticket, reason: { kind: 'same_device_and_fault', device, same } }
          : { ticket, reason: { kind: 'device', device } },
      ]
    const { phone } = heard
    const samePhone = phone !== null && phone === ticket.phone
    const tells = of === 'same' || (heard.fault === '' && refersBack.test(heard.text))
    return samePhone && tells ? [{ ticket, reason: { kind: 'phone', phone } }] : []
  })
}

const join = ({ ticket, reason }: Fit): About => ({
  kind: 'join',
  ticketId: ticket.id,
  number: ticket.number,
  reason,
  unsure: null,
})
const ask = ({ ticket, reason }: Fit, unsure: About['unsure']): About => ({
  kind: 'ask',
  ticketId: ticket.id,
  number: ticket.number,
  reason,
  unsure,
})

/** Of fits that are alike the one that is meant, or a question. */
function only(fits: readonly Fit[], when: 'join' | 'ask'): About | null {
  const [first, second] = fits
  if (!first) return null
  if (second) return ask(first, 'several')
  return when === 'join' ? join(first) : ask(first, 'vague')
}

/**
 * Whether a new conversation is about an open ticket. `tickets` are the open ones of the same person and those of others that share a
 * number with what was said, the newest first. What the same person means without doubt is joined; tickets of other people are only
 * asked about; another device, another fault or another kind of request is something new. Pure.
 */
export function decideAbout(heard: Heard, tickets: readonly OpenTicket[]): About | null {
  const isMine = ({ contactId }: OpenTicket) => contactId !== null && contactId === heard.contactId
  const [mine, theirs] = [tickets.filter(isMine), tickets.filter((ticket) => !isMine(ticket))]
  const named = tickets.filter(({ number }) => namesNumber(heard.text, number))
  if (named.length > 0) return byNumber(heard, named, isMine)
  if (another.test(heard.text.slice(0, longest))) return null
  const mineCompared = compared(heard, mine, true)
  const strong = sure(heard, mineCompared)
  // The number on a device tells more than its kind.
  const best = strong.filter(({ reason }) => 'device' in reason && numbered(reason.device))
  const certain = only(best.length > 0 ? best : strong, 'join')
  if (certain) return certain
  const back = heard.fault === '' ? refersBack.exec(heard.text.slice(0, longest)) : null
  if (back) {
    const reason: AboutReason = { kind: 'refers', quote: back[0] }
    const meant = only(
      mineCompared.map(({ ticket }) => ({ ticket, reason })),
      'join',
    )
    if (meant) return meant
  }
  const maybe = only(likely(mineCompared), 'ask')
  if (maybe) return maybe
  const [other] = others(heard, compared(heard, theirs, false))
  return other ? ask(other, 'other_person') : null
}

function byNumber(
  heard: Heard,
  named: readonly OpenTicket[],
  isMine: (ticket: OpenTicket) => boolean,
): About | null {
  // Named only to tell it from what is reported now.
  const apart = another.test(heard.text.slice(0, longest))
  const meant = named.filter(
    (ticket) => !apart && compareDevices(heard, ticket, isMine(ticket)) !== 'different',
  )
  const byName = (ticket: OpenTicket): Fit => ({ ticket, reason: { kind: 'number', quote: ticket.number } })
  const own = meant.filter(isMine)
  if (own.length > 0) return only(own.map(byName), 'join')
  return meant[0] ? ask(byName(meant[0]), 'other_person') : null
}
