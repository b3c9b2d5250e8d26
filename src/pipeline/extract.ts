import type { Extraction, ExtractionInput } from '../contract/extraction.ts'
import type { Calibration } from './confidence/map.ts'
import { readCustom } from './custom.ts'
import { verify } from './ground.ts'
import { reconcile } from './reconcile.ts'
import { extractByRules } from './rules/extract-by-rules.ts'
import type { Lexicon } from './rules/lexicon.ts'

/**
 * A model engine: gives an extraction of its own, or null when the model is slow, wrong or down. Never throws. What the rules
 * found tells it what is not to leave the house.
 */
export type ModelEngine = (
  input: ExtractionInput,
  signal: AbortSignal | undefined,
  byRules?: Extraction,
) => Promise<Extraction | null>

/** The rules engine, in this thread or in another one. */
export type RulesEngine = (input: ExtractionInput) => Extraction | Promise<Extraction>

/** Reads by the rules, and keeps only what evidence supports; the confidence is the rules' own, not yet calibrated. */
export function readByRules(input: ExtractionInput, lexicon: Lexicon): Extraction {
  return verify({ ...extractByRules(input, lexicon), custom: readCustom(input) }, input, lexicon)
}

/** Extracts a conversation: always by the rules, besides by the model when there is one, and only what evidence supports. */
export async function extract(
  input: ExtractionInput,
  ports: {
    readonly rules: RulesEngine
    readonly llm?: ModelEngine
    readonly signal?: AbortSignal
    /** What is said of confidence, when it is another than the shipped map. */
    readonly calibration?: Calibration | undefined
  },
): Promise<Extraction> {
  const byRules = await ports.rules(input)
  const byModel = ports.llm ? await ports.llm(input, ports.signal, byRules).catch(() => null) : null
  return reconcile(byRules, byModel, ports.calibration)
}

/** What stands in when an engine failed on a text: a ticket without fields, which a person fills in. */
export function nothingRead(reason: string): Extraction {
  return {
    fields: {},
    custom: {},
    action: { kind: 'create' },
    lang: 'zh',
    engine: 'rules',
    dropped: [{ field: '*', value: null, reason }],
  }
}
