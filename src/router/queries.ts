import { z } from 'zod'
import { defineQuery } from '../access/command.ts'
import type { Candidate } from '../contract/routing.ts'
import type { JsonValue } from '../kernel/json.ts'
import { ok, refuse } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import { decide, judgeEngineers } from './decide.ts'
import { type DirectoryBody, readDirectory } from './directory.ts'
import { explain, reasons } from './explain.ts'
import { type PackedDecision, unpackDecision } from './packed.ts'
import { recompute } from './recompute.ts'
import { inputOf, readLoads, readRoutable, type Situation } from './situation.ts'

/** Whether the ticket stayed where it was although a decision said otherwise. */
const wasKept = sql<boolean>`exists (select from ticket_event e where e."ticketId" = d."ticketId" and e."type" = 'routed'
  and e."payload"->>'decisionId' = d."id"::text and e."payload" ? 'kept')`

const readers = ['supervisor', 'agent', 'dispatcher', 'auditor'] as const

/** Groups by name where a check names them by id. */
function withNames(candidate: Candidate, names: ReadonlyMap<string, string>): Candidate {
  const named = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(named)
    return typeof value === 'string' ? (names.get(value) ?? value) : value
  }
  const verdicts = candidate.verdicts.map((v) =>
    v.check === 'group' ? { ...v, needed: named(v.needed), found: named(v.found) } : v,
  )
  return { ...candidate, verdicts }
}

/** Engineers as they are now for a ticket that a person gives away. */
const candidates = defineQuery(
  {
    name: 'router.candidates',
    title:
      'The engineers for a ticket as they are now, those who fit first: load, distance, and why the others do not fit, in words',
    permission: { roles: ['supervisor', 'agent', 'dispatcher'], scopes: ['tickets:read'] },
    input: z.object({
      ticketId: z.uuid(),
      /** The group they would work for; otherwise the ticket's own, or the one that routing would choose now. */
      groupId: z.uuid().optional(),
    }),
    output: z.object({
      candidates: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          groupIds: z.array(z.string()),
          fits: z.boolean(),
          zh: z.array(z.string()),
          en: z.array(z.string()),
          load: z.int(),
          maxLoad: z.int(),
          /** Kilometres to the site; null when one of the places is unknown. */
          km: z.number().nullable(),
        }),
      ),
    }),
  },
  async ({ db, nowMs }, { ticketId, groupId }) => {
    const read = await readRoutable(db, ticketId)
    if (!read) return refuse('not_found', { what: 'ticket' })
    const [{ groupLoads, engineerLoads }, { body }] = await Promise.all([
      readLoads(db, ticketId),
      readDirectory(db),
    ])
    const input = inputOf(body, { ticket: read.facts, groupLoads, engineerLoads, nowMs })
    const engineers = new Map(input.engineers.map((each) => [each.id, each]))
    const names = new Map(body.groups.map((group) => [group.id, group.name]))
    const judged = judgeEngineers(input, groupId ?? read.ticket.groupId ?? decide(input).groupId)
    return ok({
      candidates: judged.map((each) => {
        const { groupIds, load, maxLoad } = engineers.get(each.id)!
        const named = withNames(each, names)
        return {
          ...{ id: each.id, name: each.name, groupIds: [...groupIds], fits: each.eligible },
          ...{ zh: reasons(named, 'zh'), en: reasons(named, 'en'), load, maxLoad, km: each.km },
        }
      }),
    })
  },
)

/** Why a ticket went where it went, in words, with every candidate, and whether deciding again gives the same. */
export const queries = [
  candidates,
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
