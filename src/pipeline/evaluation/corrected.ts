import type { Catalogue, TicketField } from '../../contract/extraction.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { type Reader, sql } from '../../store/index.ts'
import { readConversation } from '../conversation.ts'
import { type Case, onlyNamed } from './case.ts'
import type { VersionBodies } from './ports.ts'

/** What reading corrected tickets needs besides the database. */
export interface CorrectedOptions {
  readonly timeZone: string
  readonly catalogue: Catalogue
  /**
   * What a person left as it was in a ticket that is resolved is right, too: who looked at the fields and corrected some saw the
   * others. Without it only what people touched would be known, and that is mostly what was wrong.
   */
  readonly leftIsRight?: boolean
  /** A form that is tried in the place of that of its kind of ticket. */
  readonly form?: VersionBodies['form'] | undefined
}

interface CorrectedRow {
  readonly id: string
  readonly number: string
  readonly status: string
  readonly fields: Readonly<Record<string, TicketField>>
  readonly custom: Readonly<Record<string, TicketField>>
  readonly typeId: string
  /** The form of its kind of ticket as it is now. */
  readonly form: JsonValue
  readonly conversationId: string
}

const row = sql.raw(
  't."id", t."number", t."status", t."fields", t."custom", t."typeId", tt."form", ct."conversationId"',
)
const joined = sql.raw(
  'ticket t join ticket_type tt on tt."id" = t."typeId" join conversation_ticket ct on ct."ticketId" = t."id" join conversation c on c."id" = ct."conversationId"',
)

/**
 * Tickets of which a person set, confirmed or refused a field, and whose one conversation led to nothing else: what was said in
 * it is the input, the person's word the truth. Tickets and conversations that were erased are no cases, nor are merged tickets.
 */
const isCase = sql<boolean>`
  jsonb_path_exists(t."fields" || t."custom", '$.* ? (@.method == "human" || exists(@.refused[*]))')
  and t."status" <> 'merged'
  and (select count(*) from conversation_ticket l where l."ticketId" = t."id") = 1
  and (select count(*) from conversation_ticket l where l."conversationId" = c."id") = 1
  and c."erasedAt" is null
  and not exists (select 1 from ticket_event e where e."ticketId" = t."id" and e."type" = 'erased')`

/** How many corrected tickets are cases. */
export async function countCorrected(db: Reader): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from ${joined} where ${isCase}`.execute(db)
  return Number(rows[0]!.n)
}

/** The next cases after a ticket's id, in the order of ids; at most `limit`. `after` is where the next page begins, null at the end. */
export async function correctedPage(
  db: Reader,
  afterId: string | null,
  limit: number,
  options: CorrectedOptions,
): Promise<{ readonly cases: readonly Case[]; readonly after: string | null }> {
  const { rows } = await sql<CorrectedRow>`
    select ${row} from ${joined}
    where ${isCase} and (${afterId}::uuid is null or t."id" > ${afterId}::uuid)
    order by t."id" limit ${limit}`.execute(db)
  const cases: Case[] = []
  for (const row of rows) {
    const item = await caseOf(db, row, options)
    if (item) cases.push(item)
  }
  return { cases, after: rows.length < limit ? null : rows.at(-1)!.id }
}

/** One corrected ticket as a case; null when it is none, or none any more. */
export async function correctedCase(
  db: Reader,
  ticketId: string,
  options: CorrectedOptions,
): Promise<Case | null> {
  const { rows } = await sql<CorrectedRow>`
    select ${row} from ${joined}
    where ${isCase} and t."id" = ${ticketId}::uuid`.execute(db)
  return rows[0] ? await caseOf(db, rows[0], options) : null
}

async function caseOf(db: Reader, row: CorrectedRow, options: CorrectedOptions): Promise<Case | null> {
  const customForm = options.form?.typeId === row.typeId ? (options.form.form as JsonValue) : row.form
  const read = await readConversation(db, row.conversationId, options)
  if (!read || read.input.turns.every((turn) => turn.text.trim() === '')) return null
  // The budget of the customer's conversation is not for this.
  const { conversationId: _, ...input } = read.input
  const left = options.leftIsRight === true && ['resolved', 'closed'].includes(row.status)
  return { ...labelsOf(row, left), set: 'corrected', label: row.number, input: { ...input, customForm } }
}

/**
 * What people said about a ticket's fields, as labels: their values are expected, what they refused is a trap. `left`: what was read
 * and left alone is expected as well.
 */
export function labelsOf(row: Pick<CorrectedRow, 'id' | 'fields' | 'custom'>, left = false) {
  const isTold = ({ method }: TicketField) =>
    method === 'human' || (left && (method === 'rules' || method === 'llm'))
  const custom = Object.entries(row.custom).filter(([, field]) => isTold(field))
  const expected: Record<string, unknown> =
    custom.length > 0 ? { custom: Object.fromEntries(custom.map(([name, { value }]) => [name, value])) } : {}
  const forbid: Record<string, readonly unknown[]> = {}
  for (const [name, field] of Object.entries(row.fields)) {
    if (isTold(field)) expected[name] = field.value
    const parts = name === 'address' ? addressTraps(field) : { [name]: field.refused ?? [] }
    for (const [part, values] of Object.entries(parts)) if (values.length > 0) forbid[part] = values
  }
  return onlyNamed({ id: row.id, expected, forbid })
}

/** An address is judged by its parts; only a refused detail is one person's door, a refused city may be right elsewhere. */
function addressTraps(field: TicketField): Record<string, readonly unknown[]> {
  const details = (field.refused ?? []).map((value) => (value as { detail?: unknown } | null)?.detail)
  return { 'address.detail': details.filter((value) => typeof value === 'string' && value !== '') }
}
