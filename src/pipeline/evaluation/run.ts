import type { Extraction } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import { silentLog } from '../../kernel/log.ts'
import { refuse } from '../../kernel/result.ts'
import type { Calibration } from '../confidence/map.ts'
import { predictionOf } from '../evaluate.ts'
import type { RulesEngine } from '../extract.ts'
import { modelEngine } from '../llm/engine.ts'
import { promptText, withInstructions } from '../llm/prompt.ts'
import { alone, reconcile } from '../reconcile.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import type { Case, EngineName } from './case.ts'
import { type CaseOutcome, judgeCase, judgeCustom, withChances } from './outcome.ts'

/** With what cases are read. */
export interface ReadPorts {
  readonly engine: EngineName
  readonly rules: RulesEngine
  /** The data that a model's claims are looked up in; asked for only when a model answers. */
  readonly lexicon: () => Lexicon
  /** A model to ask where no recorded answer fits; none: such a case is unanswered. */
  readonly llm?: LlmPort
  /** The prompt, when it is another than the shipped one. */
  readonly prompt?: string | null
  /** What is said of confidence, when it is another than the shipped map. */
  readonly calibration?: Calibration | null
  readonly signal?: AbortSignal
}

/** Both engines' answers with their own confidence; the model's is null when it was to answer and did not. */
export async function readBoth(
  item: Case,
  ports: Omit<ReadPorts, 'engine'>,
): Promise<{ readonly byRules: Extraction; readonly byModel: Extraction | null }> {
  const byRules = await ports.rules(item.input)
  if (!item.recorded && !ports.llm) return { byRules, byModel: null }
  const { pseudonyms = false } = item
  const llm = modelEngine({
    llm: answering(item, ports),
    lexicon: ports.lexicon(),
    log: silentLog,
    pseudonyms,
  })
  return { byRules, byModel: await llm(item.input, ports.signal, byRules) }
}

/** Reads one case. Null: the model was to answer and did not. */
export async function readCase(item: Case, ports: ReadPorts): Promise<Extraction | null> {
  const calibration = ports.calibration ?? undefined
  if (ports.engine === 'rules') return reconcile(await ports.rules(item.input), null, calibration)
  const { byRules, byModel } = await readBoth(item, ports)
  if (!byModel) return null
  return ports.engine === 'llm' ? alone(byModel, calibration) : reconcile(byRules, byModel, calibration)
}

/** Reads a case and judges it. */
export async function evaluateCase(item: Case, ports: ReadPorts): Promise<CaseOutcome | null> {
  const extraction = await readCase(item, ports)
  if (!extraction) return null
  const { input } = item
  const judged = judgeCase(item, input.turns, predictionOf(item.id, extraction, 0).fields)
  return { ...withChances(item, judged, extraction), ...judgeCustom(item, input.customForm, extraction) }
}

/** The recorded answer while the prompt is the one it was recorded with, else the model. */
function answering(item: Case, { llm, prompt }: Pick<ReadPorts, 'llm' | 'prompt'>): LlmPort {
  const changed = prompt !== undefined && prompt !== null && prompt !== promptText
  const model = llm?.model ?? 'recorded'
  return {
    model,
    async complete(request) {
      if (!changed && item.recorded) {
        const known = await item.recorded.complete(request)
        if (known.ok) return known
      }
      if (!llm) return refuse('llm.unavailable', { reason: 'not recorded' })
      return await llm.complete(
        changed ? { ...request, system: withInstructions(request.system, prompt) } : request,
      )
    },
  }
}
