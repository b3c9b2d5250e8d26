import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Evidence, Extraction, ExtractionInput, Turn } from '../contract/extraction.ts'
import type { LlmPort } from '../contract/llm.ts'
import { silentLog } from '../kernel/log.ts'
import { extract, type ModelEngine, readByRules } from './extract.ts'
import { type Lexicon, loadLexicon } from './rules/lexicon.ts'
import { type Labelled, type Score, score } from './score.ts'

const help = `Extracts labelled cases and writes one prediction per line.

  npm run -s eval:extract -- --engine rules|llm|auto --in CASES.jsonl --out PREDICTIONS.jsonl

  --engine   rules (default; no model, no network), llm (the model alone, verified) or auto (both, reconciled)
  --in       cases: {id, channel, lang, received_at, turns: [{speaker, text, start_s?, end_s?}]} per line
  --out      predictions: {id, fields, evidence, engine, ms} per line
  --score    also print precision, recall and F1 per field against the labels in --in, and every deviation
  --llm-base-url, --llm-model, --llm-key
             the OpenAI-compatible endpoint of llm and auto; without it auto is the rules alone
  --record   a prompt version, e.g. extract-ticket/v2: asks the model for the answers that its cases miss, keeps them in
             prompts/ and says what is not as expected; no other option is needed besides the endpoint
  --help     this text
`

/** A case as eval files hold it; other members are not read. */
export interface EvalCase {
  readonly id: string
  readonly channel: string
  readonly lang?: string
  readonly received_at: string
  readonly turns: readonly {
    readonly speaker: 'customer' | 'agent' | 'system'
    readonly text: string
    readonly start_s?: number
    readonly end_s?: number
  }[]
}

/** The extraction's input for a case: the default catalogue, the business in Asia/Shanghai. */
export function inputOf(item: EvalCase): ExtractionInput {
  const receivedAtMs = Date.parse(item.received_at)
  const turns = item.turns.map((turn, i): Turn => {
    const startMs = turn.start_s === undefined ? undefined : Math.round(turn.start_s * 1000)
    const endMs = turn.end_s === undefined ? undefined : Math.round(turn.end_s * 1000)
    return {
      id: String(i),
      speaker: turn.speaker,
      text: turn.text,
      atMs: receivedAtMs,
      ...(startMs === undefined ? {} : { startMs }),
      ...(endMs === undefined ? {} : { endMs }),
    }
  })
  return {
    turns,
    channel: item.channel,
    timeZone: 'Asia/Shanghai',
    receivedAtMs,
    ...(item.lang ? { lang: item.lang } : {}),
    catalogue: { categories: [], models: [], hotlines: [] },
    known: { fields: {} },
  }
}

const fieldNames = [
  'contact_name',
  'phone',
  'address',
  'device_model',
  'serial_number',
  'order_number',
  'product_category',
  'fault_description',
  'appointment',
  'intent',
  'sentiment',
  'urgency',
  'is_repeat_contact',
  'summary',
] as const

interface OutSpan {
  readonly turn: number
  readonly start: number
  readonly end: number
  readonly quote: string
  readonly start_ms?: number
  readonly end_ms?: number
}

function spansOf(evidence: readonly Evidence[]): OutSpan[] {
  return evidence.flatMap((e) => {
    if (e.kind === 'derived') return spansOf(e.from)
    if (e.kind !== 'span') return []
    const { start, end, quote, startMs, endMs } = e
    const times = {
      ...(startMs === undefined ? {} : { start_ms: startMs }),
      ...(endMs === undefined ? {} : { end_ms: endMs }),
    }
    return [{ turn: Number(e.turn), start, end, quote, ...times }]
  })
}

/** Conversations that are read once before any is measured. */
const warmUp = 40

/** One line of a predictions file. */
export interface Prediction {
  readonly id: string
  readonly fields: { readonly [field: string]: unknown }
  readonly evidence: { readonly [field: string]: readonly OutSpan[] }
  readonly engine: string
  readonly ms: number
}

/** A prediction in the form that score files read. Offsets are code points; turns count from 0. */
export function predictionOf(id: string, extraction: Extraction, ms: number): Prediction {
  const fields: Record<string, unknown> = {}
  const evidence: Record<string, OutSpan[]> = {}
  for (const name of fieldNames) {
    const field = extraction.fields[name]
    fields[name] = field?.value ?? (name === 'is_repeat_contact' ? false : null)
    if (!field) continue
    evidence[name] = spansOf(field.evidence)
    for (const e of field.evidence) {
      const part =
        e.kind === 'derived' ? /^address\.(province|city|district|detail)@/.exec(e.fn)?.[1] : undefined
      if (part) evidence[`address.${part}`] = spansOf([e])
    }
  }
  return { id, fields, evidence, engine: extraction.engine, ms: Math.round(ms * 1000) / 1000 }
}

async function modelAt(
  baseUrl: string | undefined,
  model: string | undefined,
  apiKey: string,
): Promise<LlmPort | undefined> {
  if (!baseUrl || !model) return undefined
  const { openaiConfig, openaiLlm } = await import('../../connectors/llm/openai/index.ts')
  const ports = { now: () => Date.now(), log: silentLog }
  return openaiLlm(openaiConfig.parse({ baseUrl, model, apiKey }), ports)
}

/** Asks for the answers that a prompt version misses; what is not as expected goes to the standard output. */
async function record(version: string, ask: LlmPort | undefined): Promise<number> {
  if (!ask) {
    process.stderr.write('--record needs --llm-base-url and --llm-model\n')
    return 2
  }
  const { checkRecorded } = await import('./llm/recorded.ts')
  const problems = await checkRecorded(version, loadLexicon(), { ask })
  process.stdout.write([...problems, `${problems.length} problems`, ''].join('\n'))
  return problems.length > 0 ? 1 : 0
}

const nothing: Omit<Extraction, 'lang'> = {
  fields: {},
  custom: {},
  action: { kind: 'none' },
  engine: 'llm',
  dropped: [],
}

async function run(
  engine: string,
  input: ExtractionInput,
  lexicon: Lexicon,
  llm: ModelEngine | undefined,
): Promise<Extraction> {
  if (engine === 'llm') return (await llm?.(input, undefined)) ?? { ...nothing, lang: input.lang ?? '' }
  return extract(input, {
    rules: (each) => readByRules(each, lexicon),
    ...(engine === 'auto' && llm ? { llm } : {}),
  })
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'rules' },
      in: { type: 'string' },
      out: { type: 'string' },
      'llm-base-url': { type: 'string' },
      'llm-model': { type: 'string' },
      'llm-key': { type: 'string', default: 'none' },
      score: { type: 'boolean' },
      record: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const model = await modelAt(values['llm-base-url'], values['llm-model'], values['llm-key'])
  if (values.record) return await record(values.record, model)
  if (!values.in || !values.out || !['rules', 'llm', 'auto'].includes(values.engine)) {
    process.stderr.write(help)
    return 2
  }
  const lexicon = loadLexicon()
  const { modelEngine } = await import('./llm/engine.ts')
  const llm = model && modelEngine({ llm: model, lexicon, log: silentLog })
  if (values.engine === 'llm' && !llm) {
    process.stderr.write('--engine llm needs --llm-base-url and --llm-model\n')
    return 2
  }
  const cases = readFileSync(values.in, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as EvalCase)
  const predictions = new Map<string, { readonly [field: string]: unknown }>()
  const lines: string[] = []
  const times: number[] = []
  // the first conversations of a process compile the engine; `ms` is what one costs a running hub
  if (values.engine === 'rules')
    for (const item of cases.slice(0, warmUp)) await run(values.engine, inputOf(item), lexicon, llm)
  for (const item of cases) {
    const started = performance.now()
    const extraction = await run(values.engine, inputOf(item), lexicon, llm)
    const ms = performance.now() - started
    times.push(ms)
    const prediction = predictionOf(item.id, extraction, ms)
    predictions.set(item.id, prediction.fields)
    lines.push(JSON.stringify(prediction))
  }
  writeFileSync(values.out, lines.map((line) => `${line}\n`).join(''))
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const p99 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0
  process.stdout.write(
    `${cases.length} cases, engine ${values.engine}, median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms -> ${values.out}\n`,
  )
  if (values.score) process.stdout.write(table(score(cases as unknown as Labelled[], predictions)))
  return 0
}

function table(result: Score): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}`.padStart(6)
  const rows = Object.entries(result.fields).map(
    ([name, f]) => `${name.padEnd(18)}${percent(f.precision)}${percent(f.recall)}${percent(f.f1)}`,
  )
  const classes = Object.entries(result.classes).map(([name, share]) => `${name.padEnd(18)}${percent(share)}`)
  const head = `${'field'.padEnd(18)}     P     R    F1`
  return `${[head, ...rows, ...classes, ...result.traps.map((t) => `trap: ${t}`), ...result.errors].join('\n')}\n`
}

if (import.meta.main) process.exitCode = await main()
