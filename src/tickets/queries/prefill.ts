import { z } from 'zod'
import { defineQuery, type Query } from '../../access/command.ts'
import type { Catalogue, Extraction, ExtractionInput } from '../../contract/extraction.ts'
import type { FieldName } from '../../contract/ticket.ts'
import { ok } from '../../kernel/result.ts'
import type { Reader } from '../../store/index.ts'
import { desk } from '../access.ts'
import { readingSchema } from '../reading.ts'
import { fieldNames } from '../values.ts'
import { readCaller } from './caller.ts'
import { isAccepted } from './offers.ts'

/** What reads a sentence; the pipeline's rules, passed in by app. */
export interface PrefillPorts {
  readonly extract: (input: ExtractionInput) => Promise<Extraction>
  readonly catalogue: (db: Reader) => Promise<Catalogue>
  /** IANA zone of the business. */
  readonly timeZone: string
}

/** Name of the turn that evidence of a prefill points into. */
const saidTurn = 'said'

const recent = z.object({
  id: z.uuid(),
  number: z.string(),
  status: z.string(),
  /** Assigned, and its engineer took the offer. */
  accepted: z.boolean(),
  summary: z.string(),
  createdAtMs: z.int(),
})

async function lastTicketOf(db: Reader, phone: string) {
  return await db
    .selectFrom('ticket as t')
    .select(['id', 'number', 'status', 'summary', 'createdAt', 'fields', 'version'])
    .select(isAccepted('t').as('accepted'))
    .where('phone', '=', phone)
    .where('status', '!=', 'merged')
    .orderBy('createdAt', 'desc')
    .limit(5)
    .execute()
}

/** Fields that a caller keeps from one call to the next. */
const lasting: readonly FieldName[] = ['contact_name', 'address']

export function makePrefill({ extract, catalogue, timeZone }: PrefillPorts): Query {
  return defineQuery(
    {
      name: 'ticket.prefill',
      title: 'Reads a phone number and one sentence into the fields of a new ticket, before it is opened',
      permission: desk,
      input: z.object({ phone: z.string().max(40).optional(), said: z.string().max(4_000).default('') }),
      output: z.object({
        fields: z.partialRecord(z.enum(fieldNames), readingSchema),
        /** The caller's newest tickets: maybe this call is about one of them. */
        recent: z.array(recent),
      }),
      audit: () => 'ticket:prefill',
    },
    async ({ db, nowMs }, { phone, said }) => {
      const turns = [{ id: saidTurn, speaker: 'customer' as const, text: said, atMs: nowMs }]
      const known = { fields: {} }
      const input = { turns, channel: 'manual', timeZone, receivedAtMs: nowMs, known }
      const read = said.trim() === '' ? null : await extract({ ...input, catalogue: await catalogue(db) })
      const digits = phone?.replace(/[\s-]/g, '') ?? ''
      const tickets = digits === '' ? [] : await lastTicketOf(db, digits)
      const last = (tickets[0]?.fields ?? {}) as Record<string, unknown>
      const before = Object.fromEntries(
        lasting.flatMap((name) => (last[name] ? [[name, doubtful(last[name])]] : [])),
      )
      const records = digits === '' ? {} : await readCaller(db, digits, read?.fields.product_category?.value)
      const fields = { ...records, ...before, ...read?.fields } as Record<
        string,
        z.infer<typeof readingSchema>
      >
      return ok({
        fields,
        recent: tickets.map(({ id, number, status, accepted, summary, createdAt }) => ({
          ...{ id, number, status, accepted, summary },
          createdAtMs: createdAt.getTime(),
        })),
      })
    },
  )
}

/** What an earlier ticket says is offered, not taken: people move. */
function doubtful(field: unknown): unknown {
  const { suggestion: _s, refused: _r, ...reading } = field as Record<string, unknown>
  return { ...reading, verdict: 'confirm' }
}
