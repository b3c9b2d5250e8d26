import { sha256 } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { readDetail } from '../read/address.ts'
import { readCode } from '../read/code.ts'
import { readName } from '../read/name.ts'
import { readPhone } from '../read/phone.ts'
import { type Reading, readingBuilder, sourceRange } from '../reading.ts'
import type { Claim, ModelAnswer } from './claims.ts'
import { type ClaimedQuote, locate } from './locate.ts'
import type { SentTurn } from './material.ts'
import type { Personal, PersonalKind } from './personal.ts'

/** Which placeholder stands for what, for one conversation; it grows and never changes. */
export interface Book {
  /** Ends each placeholder, and stands nowhere in the conversation: nobody in it can write one. */
  readonly tag: string
  readonly words: Map<string, string>
  readonly counts: Map<PersonalKind, number>
}

/** Opens the book of a conversation. The same conversation gets the same placeholders. */
export function openBook(sent: readonly SentTurn[]): Book {
  const texts = sent.map((turn) => turn.text)
  for (let i = 0; ; i++) {
    const tag = sha256(JSON.stringify([i, texts])).slice(0, 6)
    if (!texts.some((text) => text.includes(tag))) return { tag, words: new Map(), counts: new Map() }
  }
}

function wordFor(book: Book, { kind, key }: Pick<Personal, 'kind' | 'key'>): string {
  const name = `${kind} ${key}`
  const known = book.words.get(name)
  if (known) return known
  const count = (book.counts.get(kind) ?? 0) + 1
  book.counts.set(kind, count)
  const word = `${kind}_${count}_${book.tag}`
  book.words.set(name, word)
  return word
}

/** A placeholder where it stands in a disguised turn, and the words behind it. */
interface Standing {
  readonly word: string
  readonly start: number
  readonly end: number
  readonly source: string
}

/** A turn as it leaves the house, which still knows the words behind each of its characters. */
interface Disguised {
  readonly turn: SentTurn
  readonly source: SentTurn
  readonly reading: Reading
  readonly standing: readonly Standing[]
}

/** Turns as they leave the house, and the way back. */
export interface Disguise {
  readonly turns: readonly SentTurn[]
  /** The placeholders of all turns in their order, with the words behind each. */
  readonly standing: readonly { readonly word: string; readonly source: string }[]
  /** Words of the house as they leave it; empty when they stand nowhere in what is sent. */
  say(quote: ClaimedQuote & { readonly start: number }): string
  /**
   * The answer in the words of the house: quotes point at the source, placeholders of values are what stands behind them. A
   * quote that is not in what was sent, or cuts or changes a placeholder, is gone; so is a claim with a placeholder that was
   * never given out, and `dropped` names it.
   */
  restore(answer: ModelAnswer): { readonly answer: ModelAnswer; readonly dropped: readonly Unknown[] }
}

/** A claim with a placeholder that stands for nothing. */
export interface Unknown {
  readonly field: string
  readonly value: JsonValue
  readonly reason: 'placeholder.unknown'
}

/** Puts placeholders where the turns tell who somebody is. */
export function disguise(
  sent: readonly SentTurn[],
  personal: ReadonlyMap<number, readonly Personal[]>,
  book: Book,
): Disguise {
  const disguised = sent.map((turn) => disguiseTurn(turn, personal.get(turn.at) ?? [], book))
  return {
    turns: disguised.map((each) => each.turn),
    standing: disguised.flatMap((each) => each.standing),
    say: (quote) => say(quote, disguised),
    restore: (answer) => restore(answer, disguised, book),
  }
}

function say({ turn, text, start }: Parameters<Disguise['say']>[0], disguised: readonly Disguised[]): string {
  const found = disguised.find((each) => each.source.at === turn)
  if (!found?.source.text.startsWith(text, start)) return ''
  const { reading } = found
  const from = reading.starts.findIndex((at, i) => at >= start && reading.ends[i]! > start)
  const to = reading.ends.findLastIndex((at) => at <= start + text.length)
  return from < 0 || to < from ? '' : reading.text.slice(from, to + 1).trim()
}

function disguiseTurn(source: SentTurn, personal: readonly Personal[], book: Book): Disguised {
  const builder = readingBuilder()
  const standing: Standing[] = []
  let at = 0
  let length = 0
  let last = ''
  const push = (text: string, start: number, end: number) => {
    builder.push(text, start, end)
    length += text.length
    last = text.at(-1) ?? last
  }
  for (const each of personal) {
    push(source.text.slice(at, each.start), at, each.start)
    // Beside letters and digits a placeholder would not be seen to begin and end.
    if (/[A-Za-z0-9]/.test(last)) push(' ', each.start, each.start)
    const word = wordFor(book, each)
    const start = length
    push(word, each.start, each.end)
    standing.push({ word, start, end: length, source: source.text.slice(each.start, each.end) })
    if (/[A-Za-z0-9]/.test(source.text[each.end] ?? '')) push(' ', each.end, each.end)
    at = each.end
  }
  push(source.text.slice(at), at, source.text.length)
  const reading = builder.done()
  return { turn: { ...source, text: reading.text }, source, reading, standing }
}

/** How a value is read whose pieces were taken out one by one. */
const readers: Readonly<Record<string, (quotes: readonly string[]) => string | null>> = {
  contact_name: readName,
  phone: readPhone,
  detail: readDetail,
  device_model: readCode,
  serial_number: readCode,
  order_number: readCode,
}

function restore(
  answer: ModelAnswer,
  disguised: readonly Disguised[],
  book: Book,
): ReturnType<Disguise['restore']> {
  const dropped: Unknown[] = []
  const sources = new Map<string, string>()
  for (const { standing } of disguised)
    for (const each of standing) if (!sources.has(each.word)) sources.set(each.word, each.source)
  const shape = new RegExp(`[A-Z]+_\\d+_${book.tag}`, 'g')
  const claim = (field: string, { value, quotes }: Claim): Claim | null => {
    const back = quotes.map((quote) => restoreQuote(quote, disguised)).filter((quote) => quote !== null)
    const found = back.map(({ quote }) => quote)
    if (typeof value !== 'string') return { value, quotes: found }
    const here = new Map([
      ...sources,
      ...back.flatMap(({ standing }) => standing.map((s) => [s.word, s.source] as const)),
    ])
    let unknown = false
    let touched = false
    const words = value.replace(shape, (word) => {
      touched = true
      unknown ||= !here.has(word)
      return here.get(word) ?? word
    })
    if (unknown || words.includes(book.tag)) {
      dropped.push({ field, value, reason: 'placeholder.unknown' })
      return null
    }
    return { value: touched ? (readers[field]?.([words]) ?? words) : value, quotes: found }
  }
  const member = (field: string, value: ModelAnswer[string]): ModelAnswer[string] => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value) && typeof value[0] === 'string') return value
    if (Array.isArray(value) && 'quotes' in (value[0] ?? {}))
      return (value as readonly Claim[]).map((each) => claim(field, each)).filter((each) => each !== null)
    if (Array.isArray(value))
      return (value as readonly ClaimedQuote[])
        .map((quote) => restoreQuote(quote, disguised)?.quote)
        .filter((quote) => quote !== undefined)
    if ('quotes' in value && Array.isArray(value.quotes)) return claim(field, value as Claim)
    return Object.fromEntries(
      Object.entries(value as Record<string, Claim | null>).map(([name, each]) => [
        name,
        each && claim(name, each),
      ]),
    )
  }
  const restored = Object.fromEntries(
    Object.entries(answer).map(([field, value]) => [field, member(field, value)]),
  )
  return { answer: restored, dropped }
}

/** A quote of what was sent, in the words of the source and with its place; null when it is nowhere or not copied whole. */
function restoreQuote(
  quote: ClaimedQuote,
  disguised: readonly Disguised[],
): { readonly quote: ClaimedQuote; readonly standing: readonly Standing[] } | null {
  const turns = disguised.map(({ turn }) => ({
    id: String(turn.at),
    speaker: turn.speaker,
    text: turn.text,
    atMs: 0,
  }))
  const named = disguised.findIndex(({ turn }) => turn.at === quote.turn)
  const mark = locate(turns, { turn: named, text: quote.text })
  if (!mark) return null
  const { source, reading, standing } = disguised[turns.indexOf(mark.turn)]!
  const inside = standing.filter((each) => each.start < mark.end && mark.start < each.end)
  const whole = inside.every(
    (each) => mark.start <= each.start && each.end <= mark.end && quote.text.includes(each.word),
  )
  const range = whole ? sourceRange(reading, mark.start, mark.end) : null
  if (!range) return null
  const [start, end] = range
  return { quote: { turn: source.at, text: source.text.slice(start, end), start }, standing: inside }
}
