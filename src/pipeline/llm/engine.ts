import type { ExtractionInput } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import type { Log } from '../../kernel/log.ts'
import type { ModelEngine } from '../extract.ts'
import { verify } from '../ground.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { groundClaims, type ModelAnswer } from './claims.ts'
import { disguise, openBook } from './disguise.ts'
import { fenced, sentTurns } from './material.ts'
import { findPersonal } from './personal.ts'
import { promptVersion, systemText } from './prompt.ts'
import { answerSchema } from './schema.ts'

/** What a model engine works with. */
export interface ModelPorts {
  readonly llm: LlmPort
  readonly lexicon: Lexicon
  readonly log: Log
  /** Whole time for one extraction, ms; default 30,000. */
  readonly timeoutMs?: number
  /** Whether what tells who somebody is leaves the house only as placeholders; default false. */
  readonly pseudonyms?: boolean
}

/** The model engine: asks, looks every claim up in the turns, keeps what holds. Null when there is no usable answer. */
export function modelEngine(ports: ModelPorts): ModelEngine {
  return async (input, signal, byRules) => {
    try {
      const sent = sentTurns(input.turns)
      const cover = ports.pseudonyms
        ? disguise(sent, findPersonal(input, sent, ports.lexicon, byRules), openBook(sent))
        : null
      const result = await ports.llm.complete({
        system: systemText({ pseudonyms: cover !== null }),
        user: fenced(input, cover?.turns ?? sent),
        schemaName: 'ticket',
        schema: answerSchema(input.catalogue, input.customForm),
        timeoutMs: ports.timeoutMs ?? 30_000,
        maxTokens: 2_000,
        signal,
        ...(input.conversationId ? { budgetKey: input.conversationId } : {}),
      })
      if (!result.ok) {
        ports.log.warn({ code: result.refusal.code }, 'the model gave no usable answer')
        return null
      }
      const said = result.value.value as unknown as ModelAnswer
      return cover ? readRestored(cover.restore(said), input, ports) : readAnswer(said, input, ports)
    } catch (error) {
      ports.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'the model engine failed')
      return null
    }
  }
}

/** What holds of a model's answer. */
export function readAnswer(answer: ModelAnswer, input: ExtractionInput, ports: Pick<ModelPorts, 'lexicon'>) {
  return verify(groundClaims(answer, input, ports.lexicon, promptVersion), input, ports.lexicon)
}

function readRestored(
  { answer, dropped }: ReturnType<ReturnType<typeof disguise>['restore']>,
  input: ExtractionInput,
  ports: ModelPorts,
) {
  const extraction = readAnswer(answer, input, ports)
  return { ...extraction, dropped: [...extraction.dropped, ...dropped] }
}
