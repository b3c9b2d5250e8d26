import { z } from 'zod'
import { defineQuery } from '../access/command.ts'
import { ok, refuse } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import type { DirectoryBody } from './directory.ts'
import { explain } from './explain.ts'
import { type PackedDecision, unpackDecision } from './packed.ts'
import { recompute } from './recompute.ts'
import { inputOf, type Situation } from './situation.ts'

/** Whether the ticket stayed where it was although a decision said otherwise. */
const wasKept = sql<boolean>`exists (select from ticket_event e where e."ticketId" = d."ticketId" and e."type" = 'routed'
  and e."payload"->>'decisionId' = d."id"::text and e."payload" ? 'kept')`

const readers = ['supervisor', 'agent', 'dispatcher', 'auditor'] as const

/** Why a ticket went where it went, in words, with every candidate, and whether deciding again gives the same. */
export const queries = [
  defineQuery(
    {
      name: 'router.explain',
      title: 'The routing decisions of a ticket in plain words, each recomputed from its stored input',
      permission: { roles: [...readers], scopes: ['tickets:read'] },
      input: z.object({ ticketId: z.uuid() }),
      output: z.object({
        decisions: z.array(
          z.object({
            id: z.string(),
            at: z.string(),
            zh: z.array(z.string()),
            en: z.array(z.string()),
            decision: z.unknown(),
            /** Deciding again from the stored input gives the same answer. */
            recomputed: z.boolean(),
            /** The newest that was acted on: later ones left the ticket where it was. */
            holds: z.boolean(),
          }),
        ),
      }),
    },
    async ({ db }, { ticketId }) => {
      const rows = await db
        .selectFrom('routing_decision as d')
        .innerJoin('routing_snapshot as s', 's.hash', 'd.snapshotHash')
        .select(['d.id', 'd.at', 'd.decision', 'd.situation', 's.body', wasKept.as('kept')])
        .where('d.ticketId', '=', ticketId)
        .orderBy('d.at', 'desc')
        .execute()
      if (rows.length === 0) return refuse('not_found', { what: 'routing decision' })
      const holding = rows.find(({ kept }) => !kept)?.id
      return ok({
        decisions: rows.map((row) => {
          const decision = unpackDecision(row.decision as unknown as PackedDecision)
          const input = inputOf(row.body as DirectoryBody, row.situation as Situation)
          const again = recompute(decision, input)
          return {
            id: row.id,
            at: row.at.toISOString(),
            zh: explain(decision, 'zh').split('\n'),
            en: explain(decision, 'en').split('\n'),
            decision,
            recomputed: again.differences.length === 0,
            holds: row.id === holding,
          }
        }),
      })
    },
  ),
]
