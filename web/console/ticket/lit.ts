import { createContext, useContext } from 'react'
import type { Evidence } from '../data/ticket.ts'

/** Words of one message that a field came from: code points, end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What is lit up in the conversation, by message: spans of its text and names of its form fields. */
export interface Lit {
  readonly spans: ReadonlyMap<string, readonly Span[]>
  readonly forms: ReadonlyMap<string, readonly string[]>
  /** Tables of the records it came from (`device`, `contact`). */
  readonly records: ReadonlySet<string>
}

/** Nothing is lit. */
export const dark: Lit = { spans: new Map(), forms: new Map(), records: new Set() }

function collect(
  evidence: readonly Evidence[],
  spans: Map<string, Span[]>,
  forms: Map<string, string[]>,
  records: Set<string>,
) {
  for (const each of evidence) {
    if (each.kind === 'span') spans.set(each.turn, [...(spans.get(each.turn) ?? []), each])
    else if (each.kind === 'form') forms.set(each.turn, [...(forms.get(each.turn) ?? []), each.field])
    else if (each.kind === 'record') records.add(each.table)
    else if (each.kind === 'derived') collect(each.from, spans, forms, records)
  }
}

/** What to light up for some evidence; derived values light up what they were derived from. */
export function litBy(evidence: readonly Evidence[]): Lit {
  const spans = new Map<string, Span[]>()
  const forms = new Map<string, string[]>()
  const records = new Set<string>()
  collect(evidence, spans, forms, records)
  for (const [turn, list] of spans) spans.set(turn, merge(list))
  return { spans, forms, records }
}

/** Spans in order, overlapping ones joined. */
export function merge(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last && span.start <= last.end)
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    else joined.push({ start: span.start, end: span.end })
  }
  return joined
}

/** A text cut into lit and unlit pieces; offsets count code points, as the hub's evidence does. */
export function pieces(text: string, spans: readonly Span[]): { text: string; lit: boolean; at: number }[] {
  const points = Array.from(text)
  const out: { text: string; lit: boolean; at: number }[] = []
  let at = 0
  const push = (to: number, lit: boolean) => {
    if (to > at) out.push({ text: points.slice(at, to).join(''), lit, at })
    at = Math.max(at, to)
  }
  for (const span of merge(spans)) {
    push(Math.min(span.start, points.length), false)
    push(Math.min(span.end, points.length), true)
  }
  push(points.length, false)
  return out
}

/** Brings a message or an utterance into view and marks it for a moment. */
export function arriveAt(turn: string) {
  const element = document.getElementById(`m-${turn.split('#', 1)[0]}`)
  if (!element) return
  element.scrollIntoView({ block: 'center', behavior: 'smooth' })
  element.classList.add('arrived')
  setTimeout(() => element.classList.remove('arrived'), 1_600)
}

/** The lit words, the way to light others, and the way to a message or an utterance. */
export const LitContext = createContext<{
  readonly lit: Lit
  readonly light: (lit: Lit) => void
  readonly goTo: (turn: string) => void
}>({
  lit: dark,
  light: () => {},
  goTo: () => {},
})

/** The lit words, and the way to light others. */
export const useLit = () => useContext(LitContext)
