import type { Extraction, ExtractionAction, ExtractionInput } from '../contract/extraction.ts'
import type { Reader } from '../store/index.ts'
import {
  type About,
  candidatesFor,
  decideAbout,
  fedTickets,
  type Heard,
  placeDanger,
} from '../tickets/index.ts'
import type { ReadConversation } from './conversation.ts'
import { mentionsDanger } from './danger.ts'
import type { Talk } from './dialogue.ts'
import type { ExtractPort } from './port.ts'

/** Actions of a conversation without a ticket that could belong to one that is open. */
const open: readonly ExtractionAction['kind'][] = ['create', 'none', 'ask', 'join']

/** What the customer said. */
export function customerWords({ turns }: Pick<ExtractionInput, 'turns'>): string {
  return turns.flatMap(({ speaker, text }) => (speaker === 'customer' ? [text] : [])).join('\n')
}

function heardIn(read: ReadConversation, talk: Talk, said: Extraction): Heard {
  const { fields } = said
  return {
    contactId: talk.contactId,
    phone: fields.phone?.value ?? null,
    serialNumber: fields.serial_number?.value ?? null,
    deviceId: read.record?.kind === 'device' ? read.record.id : null,
    model: fields.device_model?.value ?? null,
    category: fields.product_category?.value ?? null,
    address: fields.address?.value ?? null,
    fault: fields.fault_description?.value ?? '',
    text: customerWords(read.news),
    intent: fields.intent?.value ?? null,
  }
}

/** What was said in a conversation, and what would be done with it. `said` is all of the request. */
interface Meant {
  readonly read: ReadConversation
  readonly talk: Talk
  readonly said: Extraction
  readonly action: ExtractionAction
}

type Join = Extract<ExtractionAction, { kind: 'join' }>

function joining({ ticketId, reason }: About): Join {
  return { kind: 'join', ticketId, reason: { ...reason } as NonNullable<Join['reason']> }
}

/**
 * Whether what was said in a conversation without a ticket is about an open one, and what the hub does then: it joins what the same
 * person surely means; where only a person of the house can tell, it asks them.
 */
export async function aboutOpenTicket(
  db: Reader,
  of: Meant,
): Promise<{ readonly action: ExtractionAction; readonly about: About | null }> {
  const { read, talk, said, action } = of
  if (!open.includes(action.kind)) return { action, about: null }
  if (talk.feeds) return { action: await amongItsOwn(db, { read, talk, said, action }), about: null }
  const heard = heardIn(read, talk, said)
  const about = decideAbout(heard, await candidatesFor(db, heard))
  if (about?.kind === 'join') return { action: joining(about), about }
  // A number that was named only to tell that ticket from something new.
  return { action: action.kind === 'join' ? { kind: 'create' } : action, about }
}

/** Of several live tickets of one conversation the one that is surely meant; otherwise what is said belongs to the newest. */
async function amongItsOwn(db: Reader, of: Meant): Promise<ExtractionAction> {
  const { read, talk, said, action } = of
  const own = talk.dialogue.tickets.filter(({ here }) => here).map(({ id }) => id)
  if (own.length < 2) return action
  const heard = heardIn(read, talk, said)
  const about = decideAbout(
    heard,
    (await candidatesFor(db, heard)).filter(({ id }) => own.includes(id)),
  )
  return about?.kind === 'join' ? joining(about) : action
}

/** Whether what was read tells of a danger to people. */
function isDanger({ fields }: Extraction, words: string): boolean {
  return (
    fields.intent?.value === 'urgent_safety' ||
    (fields.urgency?.value === 'critical' && mentionsDanger(words))
  )
}

/** How to reach the customer is the same whatever happens; where it happens may be another place, which somebody has to confirm. */
function withCustomer(danger: Extraction, whole: Extraction): Extraction {
  const { contact_name, phone, address } = whole.fields
  return {
    ...danger,
    fields: {
      ...(contact_name ? { contact_name } : {}),
      ...(phone ? { phone } : {}),
      ...(address ? { address: { ...address, verdict: 'confirm' as const } } : {}),
      ...danger.fields,
    },
  }
}

/** A danger to people in a conversation whose ticket is about something else, as it is read by itself. */
export interface DangerApart {
  readonly extraction: Extraction
  /** The ticket's device is not the one that the danger is about. */
  readonly ofRecord: boolean
}

/**
 * What becomes of new turns that tell of a danger to people which is not about the ticket to which they would go; null where there is
 * none, or where it belongs there. It is read without what is known of that ticket's device.
 */
export async function dangerApart(
  db: Reader,
  extract: ExtractPort,
  of: { readonly read: ReadConversation; readonly talk: Talk; readonly news: Extraction },
  signal: AbortSignal,
): Promise<DangerApart | null> {
  const { read, talk, news } = of
  const words = customerWords(read.news)
  if (!isDanger(news, words)) return null
  const { action: meant } = news
  const tickets = await fedTickets(db, read.id, 'ticketId' in meant ? meant.ticketId : null)
  const [ticket] = tickets
  if (!ticket) return null
  // What a scanned code names is that ticket's device, unless it was another code.
  const ofRecord = read.record !== null && read.record.id !== ticket.deviceId
  const { dialogue, known, ...input } = read.news
  const alone = { ...input, known: ofRecord ? known : { fields: {} } }
  const danger = await extract(alone, signal)
  const record = ofRecord ? read.record : null
  const placed = placeDanger(heardIn({ ...read, record }, talk, danger), tickets)
  if (!placed) return null
  if ('joins' in placed) {
    const reason = { kind: 'device', device: { ...placed.device } }
    return {
      extraction: { ...danger, action: { kind: 'join', ticketId: placed.joins.id, reason } },
      ofRecord,
    }
  }
  const whole = await extract(read.input, signal)
  const action: ExtractionAction = { kind: 'create', apart: placed.apart }
  return { extraction: { ...withCustomer(danger, whole), action }, ofRecord }
}
