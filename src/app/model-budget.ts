import type { LlmBudget, LlmSpent, LlmTokens } from '../contract/llm.ts'
import { type Database, sql } from '../store/index.ts'
import type { Config } from './config.ts'

/** Days whose rows are kept, to look at. */
const keptDays = 35
const dayMs = 86_400_000

/** The row of everybody together. */
const everybody = ''

/** Tokens, money and time of a day of the business and of one conversation in it, in rows that all nodes share. */
export function modelBudget(
  database: Database,
  limits: Config['llmLimits'],
  now: () => number,
  timeZone: string,
): LlmBudget {
  const days = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit' },
  })
  const dayOf = (ms: number) => days.format(ms)
  const costOf = ({ input, output }: LlmTokens) =>
    (input * limits.price.input + output * limits.price.output) / 1_000_000

  return {
    async allows(key, tokens) {
      const rows = await database.db
        .selectFrom('model_usage')
        .select(['key', 'inputTokens', 'outputTokens', 'ms'])
        .where('day', '=', dayOf(now()))
        .where('key', 'in', key === null ? [everybody] : [everybody, key])
        .execute()
      const after = (name: string): LlmSpent => {
        const row = rows.find((each) => each.key === name)
        return {
          input: Number(row?.inputTokens ?? 0) + tokens.input,
          output: Number(row?.outputTokens ?? 0) + tokens.output,
          ms: Number(row?.ms ?? 0),
        }
      }
      const day = after(everybody)
      const within = (spent: LlmSpent, most: { tokens: number; cost: number | null; ms: number | null }) =>
        spent.input + spent.output <= most.tokens &&
        (most.cost === null || costOf(spent) <= most.cost) &&
        (most.ms === null || spent.ms < most.ms)
      const { tokensPerDay, costPerDay, msPerDay } = limits
      if (!within(day, { tokens: tokensPerDay, cost: costPerDay, ms: msPerDay })) return false
      if (key === null) return true
      const { tokensPerConversation, costPerConversation, msPerConversation } = limits
      return within(after(key), {
        ...{ tokens: tokensPerConversation, cost: costPerConversation, ms: msPerConversation },
      })
    },
    async record(key, { input, output, ms }) {
      const day = dayOf(now())
      const keys = key === null ? [everybody] : [everybody, key]
      await sql`
        insert into model_usage ("day", "key", "inputTokens", "outputTokens", "ms")
        select ${day}, k, ${input}::bigint, ${output}::bigint, ${Math.round(ms)}::bigint from unnest(${keys}::text[]) k
        on conflict ("day", "key") do update set "inputTokens" = model_usage."inputTokens" + excluded."inputTokens",
          "outputTokens" = model_usage."outputTokens" + excluded."outputTokens", "ms" = model_usage."ms" + excluded."ms"`.execute(
        database.db,
      )
      await database.db
        .deleteFrom('model_usage')
        .where('day', '<', dayOf(now() - keptDays * dayMs))
        .execute()
    },
  }
}
