import type { Turn } from '../../contract/extraction.ts'
import type { Claim, ModelAnswer } from './claims.ts'
import type { Disguise } from './disguise.ts'
import type { ClaimedQuote } from './locate.ts'

/** A quote whose place the house knows. */
type Placed = ClaimedQuote & { readonly start: number }

/** What a model has claimed so far in a conversation that goes on, in the words of the house. */
export interface Known {
  readonly claims: ReadonlyMap<string, Claim>
  /** Claims for fields of the ticket's form. */
  readonly custom: ReadonlyMap<string, Claim>
  readonly appointment: readonly ClaimedQuote[]
  readonly fault: readonly ClaimedQuote[]
  readonly summary: readonly ClaimedQuote[]
}

export const nothingKnown: Known = {
  ...{ claims: new Map(), custom: new Map(), appointment: [], fault: [], summary: [] },
}

/** Clauses of fault and summary that are kept, the newest. */
const mostClauses = 12
/** Clauses that the next request is told, and how much of each value, characters. */
const toldClauses = 3
const toldValue = 120
/** Longest text of what is known in a request, characters. */
const longestTold = 3_000

const lists = ['appointment', 'fault', 'summary'] as const
const isList = (name: string): name is (typeof lists)[number] => lists.includes(name as never)

/** What is known after an answer that says what changed. */
export function withChanges(known: Known, change: ModelAnswer): Known {
  const claims = new Map(known.claims)
  const custom = new Map(known.custom)
  const next = { appointment: known.appointment, fault: known.fault, summary: known.summary }
  for (const name of (change.withdrawn ?? []) as unknown as readonly string[]) {
    if (isList(name)) next[name] = []
    claims.delete(name)
    custom.delete(name)
  }
  for (const [name, value] of Object.entries(change)) {
    if (value === null || typeof value !== 'object' || name === 'withdrawn') continue
    if (name === 'appointment') {
      const quotes = value as readonly ClaimedQuote[]
      if (quotes.length > 0) next.appointment = quotes
    } else if (name === 'fault' || name === 'summary') {
      next[name] = added(next[name], value as readonly ClaimedQuote[])
    } else if (name === 'custom') {
      for (const [field, claim] of Object.entries(value as Record<string, Claim | null>))
        if (claim) custom.set(field, claim)
    } else claims.set(name, value as Claim)
  }
  return { claims, custom, ...next }
}

function added(before: readonly ClaimedQuote[], news: readonly ClaimedQuote[]): readonly ClaimedQuote[] {
  const fresh = news.filter((n) => !before.some((b) => b.turn === n.turn && b.text === n.text))
  return [...before, ...fresh].slice(-mostClauses)
}

/** What still stands when turns were heard again differently: claims and clauses whose words are there. */
export function stillSaid(known: Known, turns: readonly Turn[]): Known {
  const stands = (quote: ClaimedQuote) =>
    turns[quote.turn]?.text.startsWith(quote.text, quote.start ?? 0) === true
  const whole = (claims: ReadonlyMap<string, Claim>) =>
    new Map([...claims].filter(([, { quotes }]) => quotes.length > 0 && quotes.every(stands)))
  return {
    claims: whole(known.claims),
    custom: whole(known.custom),
    appointment: known.appointment.every(stands) ? known.appointment : [],
    fault: known.fault.filter(stands),
    summary: known.summary.filter(stands),
  }
}

/** What is known, as an answer about the whole conversation. */
export function answerFrom(known: Known): ModelAnswer {
  return {
    ...Object.fromEntries(known.claims),
    custom: Object.fromEntries(known.custom),
    appointment: known.appointment,
    fault: known.fault,
    summary: known.summary,
  }
}

/** What the next request is told of what is known, a few lines whatever was said before. */
export function tell(known: Known, cover: Pick<Disguise, 'say'>): string {
  const words = (quotes: readonly ClaimedQuote[]) => quotes.map((quote) => cover.say(quote as Placed))
  const short = (text: string) => Array.from(text).slice(0, toldValue).join('')
  const lines: string[] = []
  let length = 0
  const put = (name: string, value: unknown) => {
    const line = `${name}: ${JSON.stringify(value)}`
    if (length + line.length > longestTold) return
    length += line.length
    lines.push(line)
  }
  for (const [name, { value, quotes }] of [...known.claims, ...known.custom])
    put(name, classes.has(name) ? value : short(words(quotes).join(' ')))
  for (const name of lists)
    if (known[name].length > 0) put(name, words(known[name]).slice(-toldClauses).map(short))
  return lines.join('\n')
}

/** Fields whose value is one of the house's words and not the customer's. */
const classes: ReadonlySet<string> = new Set([
  ...['product_category', 'intent', 'urgency', 'sentiment', 'is_repeat_contact', 'action'],
])
