// The thread of src/app/extraction-thread.ts: the rules engine and its data, one question after the other.
import { parentPort } from 'node:worker_threads'
import { readByRules } from '../pipeline/extract.ts'
import { readWeights } from '../pipeline/rules/classifier.ts'
import { type Lexicon, loadLexicon } from '../pipeline/rules/lexicon.ts'
import type { Answer, Question } from './extraction-thread.ts'

const lexicon = loadLexicon()
/** Lexicons with other classifiers than the shipped one, by the id of their weights. */
const others = new Map<string, Lexicon>()

function lexiconOf({ classifier }: Question): Lexicon {
  if (!classifier) return lexicon
  if (classifier.weights !== undefined) {
    if (classifier.alone) others.clear()
    others.set(classifier.id, { ...lexicon, classifier: readWeights(classifier.weights) })
  }
  const other = others.get(classifier.id)
  if (!other) throw new Error(`the weights ${classifier.id} never came`)
  return other
}

parentPort!.on('message', (question: Question) => {
  const { id, input } = question
  parentPort!.postMessage({ id, began: true } satisfies Answer)
  let answer: Answer
  try {
    answer = { id, extraction: readByRules(input, lexiconOf(question)) }
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  parentPort!.postMessage(answer)
})
