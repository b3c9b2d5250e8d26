import type { Extraction } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import { silentLog } from '../../kernel/log.ts'
import { refuse } from '../../kernel/result.ts'
import { predictionOf } from '../evaluate.ts'
import { extract, type RulesEngine } from '../extract.ts'
import { modelEngine } from '../llm/engine.ts'
import { promptText, withInstructions } from '../llm/prompt.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import type { Case, EngineName } from './case.ts'
import { type CaseOutcome, judgeCase } from './outcome.ts'

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
  readonly signal?: AbortSignal
}

/** Reads one case. Null: the model was to answer and did not. */
export async function readCase(item: Case, ports: ReadPorts): Promise<Extraction | null> {
  const byRules = await ports.rules(item.input)
  if (ports.engine === 'rules') return byRules
  const { pseudonyms = false } = item
  const llm = modelEngine({
    llm: answering(item, ports),
    lexicon: ports.lexicon(),
    log: silentLog,
    pseudonyms,
  })
  const byModel = await llm(item.input, ports.signal, byRules)
  if (!byModel || ports.engine === 'llm') return byModel
  return await extract(item.input, { rules: () => byRules, llm: async () => byModel })
}

/** Reads a case and judges it. */
export async function evaluateCase(item: Case, ports: ReadPorts): Promise<CaseOutcome | null> {
  const extraction = await readCase(item, ports)
  if (!extraction) return null
  return judgeCase(item, item.input.turns, predictionOf(item.id, extraction, 0).fields)
}

/** The recorded answer while the prompt is the one it was recorded with, else the model. */
function answering(item: Case, { llm, prompt }: ReadPorts): LlmPort {
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
