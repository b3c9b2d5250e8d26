import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseAddress } from 'address-smart-parse'
import * as chrono from 'chrono-node'
import { type EvalCase, inputOf, predictionOf } from '../src/pipeline/evaluate.ts'
import { verify } from '../src/pipeline/ground.ts'
import { extractByRules } from '../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../src/pipeline/rules/lexicon.ts'
import { type Labelled, type Score, score } from '../src/pipeline/score.ts'
import type { BenchResult } from './run.ts'

type Case = EvalCase & Labelled
type Fields = { readonly [field: string]: unknown }

/** A package that reads some of the fields out of text. */
interface Peer {
  readonly name: string
  readonly fields: readonly string[]
  read(text: string, item: Case): Fields
}

interface ZhAddress {
  readonly name?: string
  readonly phone?: string
  readonly province?: string
  readonly city?: string
  readonly area?: string
  readonly detail?: string
}

const zhAddressParse = createRequire(import.meta.url)('zh-address-parse') as (
  text: string,
  options: object,
) => ZhAddress

const addressFields = [
  'contact_name',
  'phone',
  'address.province',
  'address.city',
  'address.district',
  'address.detail',
] as const

const orNull = (value: string | undefined | null) => (value ? value : null)

/** The last time that chrono finds, in both languages; the later words are the ones that were agreed. */
function lastTime(text: string, item: Case): Fields {
  const reference = { instant: new Date(item.received_at), timezone: 480 }
  const english = item.lang === 'en'
  const found = english
    ? chrono.parse(text, reference, { forwardDate: true })
    : chrono.zh.hans.parse(text, reference, { forwardDate: true })
  const last = found.at(-1)
  if (!last) return { appointment: null }
  return {
    appointment: { start: last.start.date().toISOString(), end: last.end?.date().toISOString() ?? null },
  }
}

const peers: readonly Peer[] = [
  {
    name: 'zh-address-parse',
    fields: addressFields,
    read(text) {
      const found = zhAddressParse(text, { type: 0, textFilter: [], nameMaxLength: 4 })
      const { province, city, area, detail } = found
      return {
        contact_name: orNull(found.name),
        phone: orNull(found.phone),
        address: {
          province: orNull(province),
          city: orNull(city),
          district: orNull(area),
          detail: orNull(detail),
        },
      }
    },
  },
  {
    name: 'address-smart-parse',
    fields: addressFields,
    read(text) {
      const found = parseAddress(text)[0]
      return {
        contact_name: orNull(found?.name),
        phone: orNull(found?.phone),
        address: {
          province: orNull(found?.province?.name),
          city: orNull(found?.city?.name),
          district: orNull(found?.county?.name),
          detail: orNull(found?.detail),
        },
      }
    },
  },
  { name: 'chrono-node', fields: ['appointment'], read: lastTime },
]

function casesOf(file: string): Case[] {
  return readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
}

const conversation = (name: string) => casesOf(`../test/fixtures/eval/${name}.jsonl`)

/**
 * What is read. `tuned`: conversations that the rules were tuned on. `hard`: short ones in many registers. `own`: one line each in
 * the shape that the packages are made for, a pasted address block or a phrase with a time; the labels of a line are complete.
 */
const groups: Readonly<Record<string, () => readonly Case[]>> = {
  tuned: () => ['dialogues', 'own-second', 'own-fourth'].flatMap(conversation),
  hard: () => conversation('hard'),
  own: () => casesOf('peer-cases.jsonl'),
}

function ours(cases: readonly Case[]): Score {
  const lexicon = loadLexicon()
  const predictions = cases.map((item) => {
    const input = inputOf(item)
    const extraction = verify(extractByRules(input, lexicon), input, lexicon)
    return [item.id, predictionOf(item.id, extraction, 0).fields] as const
  })
  return score(cases, new Map(predictions))
}

function theirs(peer: Peer, cases: readonly Case[]): Score {
  const predictions = cases.map((item) => {
    const said = item.turns.filter((turn) => turn.speaker === 'customer').map((turn) => turn.text)
    try {
      return [item.id, peer.read(said.join(' '), item)] as const
    } catch {
      return [item.id, {}] as const
    }
  })
  return score(cases, new Map(predictions))
}

/** Times are asked of lines with times, names and addresses of lines with addresses. */
function casesFor(field: string, cases: readonly Case[]): readonly Case[] {
  const lines = cases.filter((item) => !('intent' in item.expected))
  if (lines.length === 0) return cases
  return lines.filter((item) => 'appointment' in item.expected === (field === 'appointment'))
}

/**
 * The rules engine beside packages that a user would pick instead, on the same labelled cases in one run: see `groups`. None of the
 * packages was made for whole conversations; they get the customer's words joined by spaces, and what a package throws on counts
 * as nothing found. Strict F1 per field and group.
 */
export default async function bench(): Promise<BenchResult> {
  const figures: BenchResult['figures'][number][] = []
  const ratios: BenchResult['ratios'][number][] = []
  const fields = [...new Set(peers.flatMap((peer) => peer.fields))]
  for (const [group, read] of Object.entries(groups)) {
    const all = read()
    for (const field of fields) {
      const cases = casesFor(field, all)
      const of = (name: string, score: Score) => ({
        ...{ name: `${group} ${name} ${field}`, value: score.fields[field]!.f1, unit: 'F1' },
      })
      const own = of('rules', ours(cases))
      const others = peers
        .filter((peer) => peer.fields.includes(field))
        .map((peer) => ({ peer: peer.name, ...of(peer.name, theirs(peer, cases)) }))
        .sort((a, b) => b.value - a.value)
      const best = others[0]!
      figures.push(own, ...others.map(({ name, value, unit }) => ({ name, value, unit })))
      ratios.push({
        ...{ name: `${group} ${field}`, value: own.value / Math.max(best.value, 0.01) },
        ...{ of: 'rules', to: best.peer },
      })
    }
  }
  return { figures, ratios }
}
