import type { LlmCache, LlmPort } from '../contract/llm.ts'
import type { Clock } from '../kernel/clock.ts'
import { hashOf } from '../kernel/hash.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Log } from '../kernel/log.ts'
import { ok, refuse } from '../kernel/result.ts'
import { type Database, json } from '../store/index.ts'
import type { Config } from './config.ts'
import { modelBudget } from './model-budget.ts'

/** Answers by the hash of their question: asked once, paid once, and read again by replay. */
function answers(database: Database, model: string): LlmCache {
  return {
    async get(hash) {
      const row = await database.db
        .selectFrom('model_call')
        .select('response')
        .where('hash', '=', hash)
        .executeTakeFirst()
      return (row?.response as JsonValue | undefined) ?? null
    },
    async set(hash, response) {
      await database.db
        .insertInto('model_call')
        .values({ hash, model, response: json(response) })
        .onConflict((c) => c.column('hash').doNothing())
        .execute()
    },
  }
}

/** The model of LLM_BASE_URL and LLM_MODEL; null when none is configured. Its client is loaded only then. */
export async function openModel(
  config: Config,
  { database, clock, log }: { readonly database: Database; readonly clock: Clock; readonly log: Log },
): Promise<LlmPort | null> {
  if (!config.llm) return null
  const { openaiConfig, openaiLlm } = await import('../../connectors/llm/openai/index.ts')
  const now = () => clock.now()
  return openaiLlm(openaiConfig.parse(config.llm), {
    now,
    log,
    cache: answers(database, config.llm.model),
    budget: modelBudget(database, config.llmLimits, now, config.timeZone),
  })
}

/**
 * The answers of then, whichever model gave them, and no request: what was not answered then is not answered now. Null when no model
 * ever answered.
 */
export async function recordedModel(live: Database): Promise<LlmPort | null> {
  const rows = await live.db.selectFrom('model_call').select('model').distinct().orderBy('model').execute()
  const models = rows.map(({ model }) => model)
  if (models.length === 0) return null
  return {
    model: 'recorded',
    async complete({ system, user, schema }) {
      for (const model of models) {
        const value = await answers(live, model).get(hashOf([model, system, user, schema]))
        if (value !== null)
          return ok({ value, model, mode: 'json_schema', inputTokens: 0, outputTokens: 0, cached: true })
      }
      return refuse('llm.unavailable', { reason: 'not recorded' })
    },
  }
}
