import { z } from 'zod'
import type { Mood } from '../../contract/extraction.ts'
import { type Sentiment, sentiments } from '../../contract/ticket.ts'
import { type Reader, sql } from '../../store/index.ts'
import { evidenceSchema } from '../reading.ts'

/** How the customer felt, turn by turn, and where that leads. */
export const moodsView = z.object({
  steps: z.array(
    z.object({
      /** Id of the turn: a message, or an utterance of a call. */
      turn: z.string(),
      atMs: z.int(),
      sentiment: z.enum(sentiments),
      /** The words that decided it; a neutral turn has none. */
      evidence: z.array(evidenceSchema),
    }),
  ),
  trend: z.enum(['better', 'worse', 'steady']),
})
export type MoodsView = z.infer<typeof moodsView>

const heights: Readonly<Record<Sentiment, number>> = { positive: 1, neutral: 0, negative: -1, angry: -2 }
/** A third of a step between the beginning and the end is a change. */
const noticeable = 0.34

const mean = (steps: readonly Pick<Mood, 'sentiment'>[]) =>
  steps.reduce((sum, { sentiment }) => sum + heights[sentiment], 0) / steps.length

/** Whether somebody who began content ends less so: the last third of the turns against the first. Pure. */
export function trendOf(steps: readonly Pick<Mood, 'sentiment'>[]): MoodsView['trend'] {
  if (steps.length < 2) return 'steady'
  const third = Math.ceil(steps.length / 3)
  const change = mean(steps.slice(-third)) - mean(steps.slice(0, third))
  if (Math.abs(change) < noticeable) return 'steady'
  return change > 0 ? 'better' : 'worse'
}

/** Steps that are shown, the newest. */
const mostSteps = 200
/** Extractions looked at for each conversation, the newest: each has the turns that it read. */
const mostReadings = 100

/** The moods of a ticket's conversations in the order of their turns; of a turn that was read twice the newer reading counts. */
export async function moodsOf(db: Reader, ticketId: string): Promise<MoodsView> {
  const { rows } = await sql<{ moods: readonly Mood[] | null }>`
    select e."labels" -> 'moods' as moods from (
      select x."labels", x."at", x."id", row_number() over (partition by x."conversationId" order by x."at" desc) as n
      from conversation_ticket ct join extraction x on x."conversationId" = ct."conversationId"
      where ct."ticketId" = ${ticketId} and x."labels" is not null
    ) e where e.n <= ${mostReadings} order by e."at", e."id"`.execute(db)
  const byTurn = new Map<string, Mood>()
  for (const { moods } of rows) for (const mood of moods ?? []) byTurn.set(mood.turn, mood)
  const steps = [...byTurn.values()]
    // A subject or a signature is no turn of its own.
    .filter(({ turn, sentiment }) => sentiment !== 'neutral' || !turn.includes('#'))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-mostSteps)
    .map(({ turn, atMs, sentiment, evidence }) => ({ turn, atMs, sentiment, evidence: [...evidence] }))
  return { steps, trend: trendOf(steps) }
}
