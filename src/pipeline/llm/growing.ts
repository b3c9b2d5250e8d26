import type { Extraction, ExtractionInput, Turn } from '../../contract/extraction.ts'
import type { ModelAnswer } from './claims.ts'
import { type Book, type Disguise, disguise, openBook } from './disguise.ts'
import { type ModelPorts, readAnswer } from './engine.ts'
import { answerFrom, type Known, nothingKnown, stillSaid, tell, withChanges } from './known.ts'
import { fenceOf, headOf, linesOf, type SentTurn, sentTurns } from './material.ts'
import { findPersonal } from './personal.ts'
import { systemText } from './prompt.ts'
import { changeSchema } from './schema.ts'

/** How often in a row newer words end a request; then one is waited for, so that whoever talks on is understood too. */
const mostCancels = 3

/** Reads one conversation that is still going on, from its first words to its last. */
export interface GrowingReader {
  /**
   * Reads the conversation as it stands: the model gets the turns that are new or changed since its last answer, and what it
   * claimed so far. A request that still runs is ended when newer words come. Null when there is no usable answer, or newer
   * words came; what was not answered is sent again with the next ones.
   */
  read(input: ExtractionInput, byRules?: Extraction): Promise<Extraction | null>
}

interface Running {
  readonly stop: AbortController
  readonly over: Promise<unknown>
}

/** Starts reading a conversation that goes on. `onProgress` is told what holds so far while an answer is still coming. */
export function growingReader(
  ports: ModelPorts & { readonly onProgress?: (extraction: Extraction) => void },
): GrowingReader {
  const numbers = new Map<string, number>()
  const answered = new Map<string, string>()
  let known = nothingKnown
  let book: Book | null = null
  let running: Running | null = null
  let cancels = 0
  let newest = 0

  /** The turns by the number that each got when it was first heard; those that are gone are empty. */
  function numbered(turns: readonly Turn[]): Turn[] {
    for (const turn of turns) if (!numbers.has(turn.id)) numbers.set(turn.id, numbers.size)
    const now = new Map(turns.map((turn) => [turn.id, turn]))
    return [...numbers.keys()].map((id) => now.get(id) ?? { id, speaker: 'system', text: '', atMs: 0 })
  }

  function coverOf(input: ExtractionInput, byRules: Extraction | undefined): Disguise {
    const all = sentTurns(input.turns)
    if (!book || all.some(({ text }) => text.includes(book!.tag))) book = openBook(all)
    const personal = ports.pseudonyms ? findPersonal(input, all, ports.lexicon, byRules) : new Map()
    return disguise(all, personal, book)
  }

  async function ask(
    input: ExtractionInput,
    changed: readonly SentTurn[],
    cover: Disguise,
    signal: AbortSignal,
  ): Promise<Known | null> {
    const sent = new Set(changed.map((turn) => turn.at))
    let soFar = known
    const result = await ports.llm.complete({
      system: systemText({ growing: true, pseudonyms: ports.pseudonyms === true }),
      user: [
        headOf(input),
        fenceOf('known', tell(known, cover)),
        fenceOf('changed', linesOf(cover.turns.filter((turn) => sent.has(turn.at)))),
      ].join('\n'),
      schemaName: 'changes',
      schema: changeSchema(input.catalogue, input.customForm),
      timeoutMs: ports.timeoutMs ?? 30_000,
      maxTokens: 2_000,
      signal,
      ...(input.conversationId ? { budgetKey: input.conversationId } : {}),
      onMember: (name, value) => {
        if (signal.aborted || !ports.onProgress || value === null) return
        soFar = withChanges(soFar, cover.restore({ [name]: value } as unknown as ModelAnswer).answer)
        ports.onProgress(readAnswer(answerFrom(soFar), input, ports))
      },
    })
    if (result.ok && !signal.aborted)
      return withChanges(known, cover.restore(result.value.value as unknown as ModelAnswer).answer)
    if (!result.ok && !signal.aborted)
      ports.log.warn({ code: result.refusal.code }, 'the model gave no usable answer')
    return null
  }

  return {
    async read(given, byRules) {
      const mine = ++newest
      while (running) {
        if (cancels < mostCancels) {
          cancels++
          running.stop.abort()
        }
        await running.over
        if (mine !== newest) return null
      }
      const input = { ...given, turns: numbered(given.turns) }
      try {
        known = stillSaid(known, input.turns)
        const changed = sentTurns(input.turns, (turn) => answered.get(turn.id) !== turn.text)
        if (changed.length === 0) return readAnswer(answerFrom(known), input, ports)
        const stop = new AbortController()
        const asked = ask(input, changed, coverOf(input, byRules), stop.signal)
        running = { stop, over: asked.catch(() => null) }
        const after = await asked
        if (!stop.signal.aborted) cancels = 0
        if (!after) return null
        known = after
        for (const { at } of changed) answered.set(input.turns[at]!.id, input.turns[at]!.text)
        return readAnswer(answerFrom(known), input, ports)
      } catch (error) {
        ports.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'the model engine failed')
        return null
      } finally {
        running = null
      }
    },
  }
}
