import { readFileSync } from 'node:fs'
import {
  type Intent,
  intents,
  type Sentiment,
  sentiments,
  type Urgency,
  urgencies,
} from '../../contract/ticket.ts'
import type { Mark } from '../span.ts'
import { findAppointment } from './appointment.ts'
import { findCategory } from './category.ts'
import { categoryFeatures } from './category-learned.ts'
import { findClauses } from './fault.ts'
import { type Feature, type LinearModel, restore, train, type WeightRow } from './linear.ts'
import { findPhones } from './phone.ts'
import { markOf, readScene, type Utterance } from './scene.ts'
import { readSigns, type Signs, sum } from './signs.ts'

/** The classes of conversations, learned from examples. */
export interface Classifier {
  readonly intent: LinearModel<Intent>
  readonly urgency: LinearModel<Urgency>
  readonly sentiment: LinearModel<Sentiment>
  /** Product categories of the cold start and of the hub's own tickets; which skill is needed follows from the category. */
  readonly category: LinearModel<string>
}

/** A conversation of known classes, e.g. of a ticket that a person corrected. */
export interface Example {
  readonly turns: readonly { readonly speaker: 'customer' | 'agent'; readonly text: string }[]
  readonly channel: string
  readonly intent: Intent
  readonly urgency: Urgency
  readonly sentiment: Sentiment
  /** The product category that a person said. Where it is absent, the product that is named counts, and its name is not learned. */
  readonly category?: string
  /** The classes that a person said; the others are not learned from it. All when absent. */
  readonly learn?: readonly (keyof Classifier)[]
}

/** The classifier trained on the cold-start examples, as `writeWeights` has written it: read in some 10 ms. */
export function loadClassifier(): Classifier {
  return readWeights(readFileSync(weightsFile, 'utf8'))
}

/** A classifier from what `writeWeights` wrote. */
export function readWeights(weights: string): Classifier {
  const rows: Record<string, WeightRow[]> = { intent: [], urgency: [], sentiment: [], category: [] }
  let categories: readonly string[] = []
  for (const line of weights.trimEnd().split('\n')) {
    const first = line.indexOf('\t')
    if (line.startsWith('categories\t')) {
      categories = JSON.parse(line.slice(first + 1)) as string[]
      continue
    }
    const second = line.indexOf('\t', first + 1)
    rows[line.slice(0, first)]!.push([line.slice(first + 1, second), integers(line, second + 1)])
  }
  return {
    intent: restore<Intent>(intents, rows.intent!),
    urgency: restore<Urgency>(urgencies, rows.urgency!),
    sentiment: restore<Sentiment>(sentiments, rows.sentiment!),
    category: restore(categories, rows.category!),
  }
}

/** Integers between blanks, from `at` to the end: faster than splitting, on 17,000 lines at start-up. */
function integers(line: string, at: number): number[] {
  const out: number[] = []
  let value = 0
  let sign = 1
  for (let i = at; i <= line.length; i++) {
    const code = i < line.length ? line.charCodeAt(i) : 32
    if (code === 45) sign = -1
    else if (code === 32) {
      out.push(sign * value)
      value = 0
      sign = 1
    } else value = value * 10 + code - 48
  }
  return out
}

/** A classifier as lines of model, feature and weights. */
export function writeWeights(classifier: Classifier): string {
  const models: Readonly<Record<string, { rows(): readonly WeightRow[] }>> = { ...classifier }
  const { classes } = classifier.category
  const head = classes.length > 0 ? `categories\t${JSON.stringify(classes)}\n` : ''
  const lines = Object.entries(models)
    .flatMap(([model, { rows }]) => rows().map(([name, row]) => `${model}\t${name}\t${row.join(' ')}\n`))
    .join('')
  return head + lines
}

/** The examples that a hub starts with, before anybody has corrected a ticket. */
export function coldStart(): Example[] {
  const lines = readFileSync(new URL('../data/cold-start.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => {
    const [intent, urgency, sentiment, text] = line.split('\t') as [Intent, Urgency, Sentiment, string]
    const turns = text
      .replaceAll('\\n', '\n')
      .split('/')
      .map((part) => {
        const agent = part.startsWith('a:')
        return {
          speaker: agent ? ('agent' as const) : ('customer' as const),
          text: part.replace(/^[ac]:/, ''),
        }
      })
    return { turns, channel: 'chat', intent, urgency, sentiment }
  })
}

/** Where the weights of the cold start are kept. */
export const weightsFile = new URL('../data/weights.tsv', import.meta.url)

const training = { epochs: 6, rate: 0.2, decay: 0.005, balance: 0.5 }
/** There are many products and few words of each: they are learned longer. */
const ofThings = { epochs: 12, rate: 0.3, decay: 0.002 }

/** What is seldom talked about is not told from how it is talked about. */
const leastOfCategory = 12

/** Trains the four models on examples; some 100 ms for 500 of them. The same examples and seed give the same weights. */
export function trainClassifier(examples: readonly Example[], seed = 0): Classifier {
  const read = examples.map((example) => {
    const { signs, taken } = exampleSigns(example)
    const seen = features(signs, taken, 'intent')
    const named = signs.around.category
    const category =
      example.category ?? (named && named.score >= 3 && !example.learn ? named.value : undefined)
    return {
      example,
      category,
      things: categoryFeatures(signs.said, taken, noCatalogue),
      seen,
      told: [...features(signs, taken, 'manner'), { name: `intent:${example.intent}`, value: 1 }],
    }
  })
  const things = read.filter(({ category }) => category !== undefined && category !== '其他')
  const counts = new Map<string, number>()
  for (const { category } of things) counts.set(category!, (counts.get(category!) ?? 0) + 1)
  const categories = [...counts.keys()].filter((name) => counts.get(name)! >= leastOfCategory).sort()
  const of = (name: keyof Classifier) => read.filter(({ example }) => example.learn?.includes(name) ?? true)
  return {
    intent: train<Intent>(
      intents,
      of('intent').map(({ example, seen }) => ({ features: seen, of: example.intent })),
      { ...training, seed },
    ),
    urgency: train<Urgency>(
      urgencies,
      of('urgency').map(({ example, told }) => ({ features: told, of: example.urgency })),
      { ...training, seed },
    ),
    sentiment: train<Sentiment>(
      sentiments,
      of('sentiment').map(({ example, told }) => ({ features: told, of: example.sentiment })),
      { ...training, seed },
    ),
    category: train(
      categories,
      things
        .filter(({ category }) => categories.includes(category!))
        .map(({ things: features, category }) => ({ features, of: category! })),
      { ...training, ...ofThings, seed },
    ),
  }
}

const noCatalogue = { categories: [], models: [], hotlines: [] }

function exampleSigns(example: Example): { signs: Signs; taken: readonly Mark[] } {
  const turns = example.turns.map((turn, i) => ({ id: String(i), atMs: 0, ...turn }))
  const scene = readScene({
    turns,
    channel: example.channel,
    timeZone: 'Asia/Shanghai',
    receivedAtMs: 0,
    catalogue: noCatalogue,
    known: { fields: {} },
  })
  const phones = findPhones(scene)
  const taken = phones.flatMap((phone) => phone.marks)
  const signs = readSigns(scene, {
    category: findCategory(scene),
    clauses: findClauses(scene, taken),
    reachable: phones.length > 0,
    booked: findAppointment(scene, taken) !== null,
  })
  return { signs, taken }
}

/** The tables' cues count for less than the words themselves: they are few and would otherwise drown them. */
const cueShare = 0.6

/** So many characters are an opening; what comes after it says little about what is wanted. */
const opening = { units: 40, later: 0.25 }

/** What a classifier sees of a conversation; for what is wanted its beginning counts most. */
export function features(signs: Signs, taken: readonly Mark[], of: 'intent' | 'manner'): Feature[] {
  const { around, said } = signs
  const found: Feature[] = []
  const grams = new Map<string, number>()
  let left = opening.units
  for (const u of said) {
    const weight = of === 'manner' || left > 0 ? 1 : opening.later
    for (const { name } of gramsOf(u, taken)) grams.set(name, Math.max(weight, grams.get(name) ?? 0))
    left -= u.plain.text.trim().length
  }
  const length = Math.sqrt([...grams.values()].reduce((sum, weight) => sum + weight * weight, 0))
  for (const [name, weight] of grams) found.push({ name, value: (4 * weight) / length })
  const weigh = (name: string, value: number) => found.push({ name, value: cueShare * Math.min(2, value) })
  for (const [intent, points] of signs.intent.points) weigh(`cue:${intent}`, points / 3)
  for (const level of urgencies) weigh(`cue:${level}`, sum(signs.urgency, level) / 2)
  for (const mood of sentiments) weigh(`cue:${mood}`, sum(signs.sentiment, mood) / 2)
  const sign = (name: string) => found.push({ name: `sign:${name}`, value: cueShare })
  sign('bias')
  sign(trade(around.category?.value))
  const faults = around.clauses.filter((c) => c.kind === 'fault')
  if (faults.length > 0) sign(faults.some((c) => !c.weak) ? 'fault' : 'weak fault')
  if (around.reachable) sign('reachable')
  if (around.booked) sign('booked')
  if (signs.delayed) sign('delayed')
  if (signs.repeat.length > 0) sign('repeat')
  for (const { cue } of signs.dangers.slice(0, 1)) sign(cue.of)
  if (said.some((u) => /[?？吗]|请问/.test(u.plain.text))) sign('question')
  return found
}

function trade(category: string | undefined): string {
  if (category === undefined) return 'no device'
  return category === '软件' || category === '物流' ? category : 'device'
}

/** A piece of text as a feature, with the place where it stands. */
export interface Gram {
  readonly name: string
  readonly start: number
  readonly end: number
}

const word = /[\u4e00-\u9fa5]+|[A-Za-z][A-Za-z']+/g

/**
 * Chinese characters, pairs and triples of them, and what begins (`^`) and ends (`$`) a run, where the particles of questions
 * stand; English words and pairs of words. Numbers, names and places are left out.
 */
export function gramsOf(u: Utterance, taken: readonly Mark[]): Gram[] {
  const { text } = u.plain
  const hidden = taken.filter((m) => m.turn === u.turn)
  const grams: Gram[] = []
  let before: Gram | null = null
  for (const match of text.matchAll(word)) {
    const start = match.index
    const end = start + match[0].length
    const mark = markOf(u, u.plain, start, end)
    if (mark && hidden.some((m) => m.start <= mark.start && mark.end <= m.end)) continue
    if (match[0] >= '\u4e00') {
      before = null
      for (let i = start; i < end; i++)
        for (let size = 1; size <= 3 && i + size <= end; size++)
          grams.push({ name: text.slice(i, i + size), start: i, end: i + size })
      for (let size = 1; size <= 2 && size <= end - start; size++) {
        grams.push({ name: `^${text.slice(start, start + size)}`, start, end: start + size })
        grams.push({ name: `${text.slice(end - size, end)}$`, start: end - size, end })
      }
      continue
    }
    const one: Gram = { name: match[0].toLowerCase(), start, end }
    grams.push(one)
    if (before) grams.push({ name: `${before.name} ${one.name}`, start: before.start, end })
    before = one
  }
  return grams
}
