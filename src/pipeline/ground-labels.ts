import type { Extraction, Label, Labels, Mood, Span, Turn } from '../contract/extraction.ts'
import { type Risk, risks, type TagTree } from '../contract/labels.ts'
import type { JsonValue } from '../kernel/json.ts'
import { isDenied } from './rules/cues.ts'
import { moodOf } from './rules/moods.ts'
import { speaksOfDanger, threats } from './rules/risks.ts'
import { type Utterance, utteranceOf } from './rules/scene.ts'
import { compiled, tagMarks } from './rules/tags.ts'
import { type Mark, spanOf } from './span.ts'

type Refused = Extraction['dropped'][number]

/** What was said, and the tree that counts. */
interface Ground {
  readonly turns: ReadonlyMap<string, Turn>
  readonly tree: TagTree
}

/** A reader of one turn; each turn is read once. */
function reader(turns: Ground['turns']): (id: string) => Utterance | null {
  const read = new Map<string, Utterance | null>()
  return (id) => {
    const turn = turns.get(id)
    if (!read.has(id)) read.set(id, turn ? utteranceOf(turn) : null)
    return read.get(id) ?? null
  }
}

const sameSpan = (a: Span, b: Span) =>
  a.turn === b.turn && a.start === b.start && a.end === b.end && a.quote === b.quote

const among = (marks: readonly Mark[], span: Span) => marks.map(spanOf).some((each) => sameSpan(each, span))

/**
 * Reads the words of tags, risks and moods again, each in its turn and as the customer's own, and drops what does not hold: a span
 * that is not there, words that the tree does not have for that tag or that deny it, a mood that its turn does not show.
 */
export function verifyLabels(
  labels: Labels,
  { turns, tree }: Ground,
): { readonly labels: Labels; readonly dropped: readonly Refused[] } {
  const read = reader(turns)
  const branches = new Map(compiled(tree).map((branch) => [branch.path, branch.words]))
  const dropped: Refused[] = []
  const kept = <T>(
    field: string,
    list: readonly T[],
    value: (item: T) => JsonValue,
    holds: (item: T) => boolean,
  ) =>
    list.filter((item) => {
      const held = holds(item)
      if (!held) dropped.push({ field, value: value(item), reason: 'value.unsupported' })
      return held
    })
  const tagHolds = ({ value, evidence, method }: Label) => {
    const words = branches.get(value)
    if (words === undefined || evidence.length === 0) return false
    return evidence.every((span) => {
      const u = read(span.turn)
      if (!u) return false
      return method === 'llm' ? stands(span, u) : words !== null && among(tagMarks(words, u), span)
    })
  }
  const riskHolds = ({ value, evidence }: Label<Risk>) =>
    risks.includes(value) &&
    evidence.length > 0 &&
    evidence.every((span) => {
      const u = read(span.turn)
      if (!u) return false
      return value === 'safety'
        ? stands(span, u) && speaksOfDanger(span.quote)
        : among(threats(value, u), span)
    })
  const moodHolds = ({ turn, sentiment, evidence }: Mood) => {
    const u = read(turn)
    if (!u) return false
    const again = moodOf(u)
    return (
      again.sentiment === sentiment &&
      again.marks.length === evidence.length &&
      evidence.every((span) => among(again.marks, span))
    )
  }
  return {
    labels: {
      tags: kept('tags', labels.tags, ({ value }) => value, tagHolds),
      risks: kept('risks', labels.risks, ({ value }) => value, riskHolds),
      moods: kept('moods', labels.moods, ({ sentiment }) => sentiment, moodHolds),
    },
    dropped,
  }
}

/** Whether words stand in what somebody says for themselves, and nothing before denies them. */
function stands(span: Span, u: Utterance): boolean {
  const { plain, turn } = u
  const from = offsetOf(turn.text, span.start)
  const to = offsetOf(turn.text, span.end)
  if (to <= from || turn.text.slice(from, to) !== span.quote) return false
  const at = plain.starts.indexOf(from)
  return at >= 0 && !isDenied(plain.text, at, at + to - from) && /\S/.test(plain.text[at] ?? '')
}

/** The UTF-16 offset of a code-point offset. */
function offsetOf(text: string, points: number): number {
  let at = 0
  for (let i = 0; i < points && at < text.length; i++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}
