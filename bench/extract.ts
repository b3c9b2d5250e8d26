import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EvalCase, inputOf } from '../src/pipeline/evaluate.ts'
import { verify } from '../src/pipeline/ground.ts'
import { extractByRules } from '../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../src/pipeline/rules/lexicon.ts'

/** Rounds over the labelled cases that are not measured. */
const warmUp = 10
const rounds = 25

/**
 * The rules engine with its verifier on one core: time per dialogue after warm-up, and what its data costs at start.
 * Run it in a process of its own; the memory figure is the growth of the heap by the data.
 */
export default async function bench(_options: object = {}) {
  globalThis.gc?.()
  const heapBefore = process.memoryUsage().heapUsed
  const started = performance.now()
  const lexicon = loadLexicon()
  const startMs = performance.now() - started
  globalThis.gc?.()
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1_048_576
  const file = join(import.meta.dirname, '../test/fixtures/eval/dialogues.jsonl')
  const inputs = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => inputOf(JSON.parse(line) as EvalCase))
  const times: number[] = []
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const input of inputs) {
      const from = performance.now()
      verify(extractByRules(input, lexicon), input, lexicon)
      if (round >= warmUp) times.push(performance.now() - from)
    }
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    bench: 'extract',
    figures: [
      { name: 'median_ms', value: at(0.5), unit: 'ms' },
      { name: 'p99_ms', value: at(0.99), unit: 'ms' },
      { name: 'start_ms', value: startMs, unit: 'ms' },
      { name: 'data_mb', value: heapMb, unit: 'MB' },
      { name: 'dialogues', value: times.length, unit: 'count' },
    ],
    ratios: [],
  }
}
