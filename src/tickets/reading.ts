import { z } from 'zod'
import type { Evidence, ExtractedField } from '../contract/extraction.ts'
import type { JsonValue } from '../kernel/json.ts'

const offset = z.int().min(0).max(1_000_000)
const id = z.string().min(1).max(80)

const source = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('span'),
    turn: id,
    start: offset,
    end: offset,
    quote: z.string().max(4_000),
    startMs: z.int().min(0).optional(),
    endMs: z.int().min(0).optional(),
  }),
  z.object({ kind: z.literal('form'), turn: id, field: id }),
  z.object({
    kind: z.literal('record'),
    table: z.enum(['device', 'site', 'contact', 'call']),
    id,
    version: z.int(),
    field: id,
  }),
  z.object({ kind: z.literal('human'), commandId: id }),
])

/** Evidence as programs hand it in and pages get it. */
export const evidenceSchema: z.ZodType<Evidence> = z.lazy(() =>
  z.union([
    source,
    z.object({
      kind: z.literal('derived'),
      fn: id,
      from: z.array(evidenceSchema).max(50),
      args: z.json().optional(),
    }),
  ]),
)

/** A value with its evidence, as an extractor answered it. */
export const readingSchema = z.object({
  value: z.json(),
  evidence: z.array(evidenceSchema).max(50),
  method: z.enum(['rules', 'llm', 'form', 'record', 'human']),
  confidence: z.number().min(0).max(1),
  verdict: z.enum(['accepted', 'confirm']),
  promptVersion: z.string().max(80).optional(),
}) satisfies z.ZodType<ExtractedField<JsonValue>>
