import type {
  Catalogue,
  Dialogue,
  Evidence,
  ExtractionInput,
  KnownFacts,
  Turn,
} from '../contract/extraction.ts'
import type { RecordRef } from '../contract/message.ts'
import type { Address, FieldName } from '../contract/ticket.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Reader } from '../store/index.ts'
import { callTurns, type ReadCall, readCalls } from './call.ts'

/** What the pipeline read of a conversation, and at which version. */
export interface ReadConversation {
  readonly id: string
  readonly accountId: string
  /** The last message read, and the last one that an earlier extraction had read. */
  readonly lastSeq: number
  readonly extractedSeq: number
  /** Later messages wait: more is new than one extraction reads. */
  readonly more: boolean
  /** Everything said, and only what is new. */
  readonly input: ExtractionInput
  readonly news: ExtractionInput
  /** What was said after a message. */
  since(seq: number): ExtractionInput
  /** The device or site that a signed link named. */
  readonly record: RecordRef | null
  /** Calls in it, and what is known of them besides their words. */
  readonly calls: readonly ReadCall[]
}

/** The id of the turn that holds a message's subject; the console lights up the subject line for it. */
export function subjectTurn(messageId: string): string {
  return `${messageId}#subject`
}

/** The id of the turn that holds the signature below a message. */
function signatureTurn(messageId: string): string {
  return `${messageId}#signature`
}

/**
 * Messages that one extraction reads. Earlier ones of a very long conversation are left to the tickets made from them; of more than
 * so many new ones the oldest are read first, so that none is passed over.
 */
const mostMessages = 80

/** Reads a conversation's messages as turns, and what is known besides. Null when it is gone. */
export async function readConversation(
  db: Reader,
  conversationId: string,
  options: { readonly timeZone: string; readonly catalogue: Catalogue; readonly dialogue?: Dialogue },
): Promise<ReadConversation | null> {
  const conversation = await db
    .selectFrom('conversation')
    .select(['id', 'accountId', 'channel', 'extractedSeq', 'openedAt', 'lang'])
    .where('id', '=', conversationId)
    .executeTakeFirst()
  if (!conversation) return null
  const stored = () =>
    db
      .selectFrom('message')
      .select([
        'id',
        'seq',
        'kind',
        'author',
        'direction',
        'text',
        'subject',
        'signature',
        'form',
        'record',
        'at',
      ])
      .where('conversationId', '=', conversationId)
      .where('direction', '!=', 'note')
      .where('automatic', 'is', null)
      .limit(mostMessages)
  const { extractedSeq } = conversation
  const newest = (await stored().orderBy('seq', 'desc').execute()).reverse()
  // All that is read is new, and more may lie before it.
  const isFlooded = newest.length === mostMessages && newest[0]!.seq > extractedSeq
  const messages = isFlooded
    ? await stored().where('seq', '>', extractedSeq).orderBy('seq').execute()
    : newest
  const record = (messages.findLast((m) => m.record !== null)?.record as RecordRef | undefined) ?? null
  const calls = await readCalls(
    db,
    messages.filter((m) => m.kind === 'call'),
  )
  const said = messages.map((m, i) => {
    const call = calls.find((each) => each.messageId === m.id)
    return { seq: m.seq, turns: call ? callTurns(call, m) : turnsOf(m, i === 0) }
  })
  const input = (turns: readonly Turn[]): ExtractionInput => ({
    turns,
    channel: conversation.channel,
    timeZone: options.timeZone,
    receivedAtMs: turns[0]?.atMs ?? conversation.openedAt.getTime(),
    ...(conversation.lang ? { lang: conversation.lang } : {}),
    catalogue: options.catalogue,
    known,
    ...(options.dialogue ? { dialogue: options.dialogue } : {}),
    conversationId,
  })
  const since = (seq: number) => input(said.filter((m) => m.seq > seq).flatMap((m) => m.turns))
  const known = await knownFacts(db, record)
  return {
    id: conversation.id,
    accountId: conversation.accountId,
    lastSeq: said.at(-1)?.seq ?? extractedSeq,
    extractedSeq,
    more: isFlooded && messages.at(-1)!.seq < newest.at(-1)!.seq,
    record,
    calls,
    input: input(said.flatMap((m) => m.turns)),
    news: since(extractedSeq),
    since,
  }
}

interface StoredMessage {
  readonly id: string
  readonly author: string
  readonly text: string
  readonly subject: string | null
  readonly signature: string | null
  readonly form: unknown
  readonly at: Date
}

function turnsOf(m: StoredMessage, isFirst: boolean): Turn[] {
  const said = {
    speaker: m.author === 'customer' ? 'customer' : m.author === 'agent' ? 'agent' : 'system',
    atMs: m.at.getTime(),
  } as const
  const form = m.form ? { form: m.form as Record<string, JsonValue> } : {}
  const body = { ...said, id: m.id, text: m.text, ...form }
  // A subject says what the mail is about; the answers that repeat it say nothing new.
  const subject = isFirst && m.subject ? [{ ...said, id: subjectTurn(m.id), text: m.subject }] : []
  // Names and numbers stand below the words; the same signature again says nothing new either.
  const signature = isFirst && m.signature ? [{ ...said, id: signatureTurn(m.id), text: m.signature }] : []
  return [...subject, body, ...signature]
}

/** What the hub's own records say about the device or site of a signed link, each fact with its row and version. */
async function knownFacts(db: Reader, record: RecordRef | null): Promise<KnownFacts> {
  if (record?.kind === 'device') {
    const device = await db.selectFrom('device').selectAll().where('id', '=', record.id).executeTakeFirst()
    if (!device) return { fields: {} }
    return facts('device', device.id, device.version, {
      product_category: device.category,
      device_model: device.model,
      serial_number: device.serialNumber,
      contact_name: device.customerName,
      phone: device.phone,
      address: device.address as Address | null,
    })
  }
  if (record?.kind === 'site') {
    const site = await db.selectFrom('site').selectAll().where('id', '=', record.id).executeTakeFirst()
    if (!site) return { fields: {} }
    return facts('site', site.id, site.version, {
      contact_name: site.customerName,
      phone: site.phone,
      address: site.address as Address | null,
    })
  }
  return { fields: {} }
}

function facts(
  table: 'device' | 'site',
  id: string,
  version: number,
  values: Partial<Record<FieldName, unknown>>,
): KnownFacts {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  return {
    fields: Object.fromEntries(
      entries.map(([field, value]) => {
        const evidence: Evidence = { kind: 'record', table, id, version, field }
        return [field, { value, evidence }]
      }),
    ) as KnownFacts['fields'],
  }
}
