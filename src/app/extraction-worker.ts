// The thread of src/app/extraction-thread.ts: the rules engine and its data, one question after the other.
import { parentPort } from 'node:worker_threads'
import type { ExtractionInput } from '../contract/extraction.ts'
import { readByRules } from '../pipeline/extract.ts'
import { loadLexicon } from '../pipeline/rules/lexicon.ts'
import type { Answer } from './extraction-thread.ts'

const lexicon = loadLexicon()

parentPort!.on('message', ({ id, input }: { id: number; input: ExtractionInput }) => {
  let answer: Answer
  try {
    answer = { id, extraction: readByRules(input, lexicon) }
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  parentPort!.postMessage(answer)
})
