import type { Extraction, ExtractionAction, ExtractionInput } from '../contract/extraction.ts'
import type { Reader } from '../store/index.ts'
import { type About, candidatesFor, decideAbout, type Heard } from '../tickets/index.ts'
import type { ReadConversation } from './conversation.ts'
import type { Talk } from './dialogue.ts'

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

/**
 * Whether what was said in a conversation without a ticket is about an open one, and what the hub does then: it joins what the same
 * person surely means; where only a person of the house can tell, it asks them. `said` is all of the request.
 */
export async function aboutOpenTicket(
  db: Reader,
  of: {
    readonly read: ReadConversation
    readonly talk: Talk
    readonly said: Extraction
    readonly action: ExtractionAction
  },
): Promise<{ readonly action: ExtractionAction; readonly about: About | null }> {
  const { read, talk, said, action } = of
  if (talk.feeds || !open.includes(action.kind)) return { action, about: null }
  const heard = heardIn(read, talk, said)
  const about = decideAbout(heard, await candidatesFor(db, heard))
  if (about?.kind === 'join') {
    const reason = { ...about.reason } as NonNullable<Extract<ExtractionAction, { kind: 'join' }>['reason']>
    return { action: { kind: 'join', ticketId: about.ticketId, reason }, about }
  }
  // A number that was named only to tell that ticket from something new.
  return { action: action.kind === 'join' ? { kind: 'create' } : action, about }
}
