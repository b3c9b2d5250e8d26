import type { ExtractedField, ExtractionInput, Turn } from '../contract/extraction.ts'
import type { JsonValue } from '../kernel/json.ts'
import { type CustomField, customFieldsOf } from './llm/schema.ts'
import { limits } from './rules/scene.ts'
import { derivedFrom, type Mark, quoteOf, spanOf } from './span.ts'

/** The newest turns of a conversation are looked at. */
const mostTurns = 200
/** Longest words of a field that are taken over, units. */
const longest = 60
/** What was read of a form's own fields is shown for confirmation, whoever read it. */
const rawConfidence = 0.7

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
const within = (turn: Turn, start: number, text: string): Mark => ({ turn, start, end: start + text.length })
const asked = /[?？]|吗|多少|哪|几|什么|是否|请(?:问|提供|报)|what|which|is it/i

/** What a yes-or-no field asks for, without the words that make it a question. */
const coreOf = (title: string) => title.replace(/是否|有没有|有无|能否|[?？]/g, '').trim()

/**
 * Whether words say yes or no to a field of these titles: its core, or its core behind a negation. Null when they say neither.
 * The verifier reads the evidence with it again.
 */
export function readYesNo(words: string, titles: readonly string[]): boolean | null {
  for (const core of titles.map(coreOf).filter((each) => each.length > 1)) {
    if (words === core) return true
    if (words.endsWith(core) && /^[不没未无非]有?$/.test(words.slice(0, -core.length))) return false
  }
  return null
}

/** Every place in the customer's turns where a pattern's group 1 stands. */
function places(turns: readonly Turn[], pattern: RegExp): Mark[] {
  return turns.flatMap((turn) =>
    [...turn.text.matchAll(pattern)].flatMap((match) => {
      const text = (match[1] ?? '').trim()
      const start = match.index + match[0].lastIndexOf(text)
      return text === '' ? [] : [within(turn, start, text)]
    }),
  )
}

/** The words behind a title: "楼层: 18", "房号是1203". What somebody is told to do with the field ("折扣填…") is none. */
function labelled(turns: readonly Turn[], titles: readonly string[]): Mark[] {
  const any = titles.map(escaped).join('|')
  return places(
    turns,
    new RegExp(
      `(?:${any})\\s{0,3}(?:[:：=]|写的是|是|为)?\\s{0,3}(?!填|写|改成|改为|设为|设置)([^\\s,，。;；:：!！?？]{1,${longest}})`,
      'gi',
    ),
  )
}

/** The customer's words right after somebody asked for the field. */
function answers(all: readonly Turn[], titles: readonly string[]): Mark[] {
  return all.flatMap((turn, i) => {
    const before = all[i - 1]
    const isAnswer =
      turn.speaker === 'customer' &&
      before !== undefined &&
      before.speaker !== 'customer' &&
      asked.test(before.text) &&
      titles.some((title) => before.text.toLowerCase().includes(coreOf(title).toLowerCase()))
    if (!isAnswer || turn.text.length > longest * 2) return []
    const text = turn.text
      .trim()
      .replace(/^(?:是|在|就是|嗯+|哦)[,，\s]*/, '')
      .replace(/[\s。.!！,，]+$/, '')
    return text !== '' && text.length <= longest ? [within(turn, turn.text.indexOf(text), text)] : []
  })
}

/** The one choice that is said; the longer of two that overlap. Null when none or several are said. */
function chosen(marks: readonly Mark[], choices: readonly string[]): Mark | null {
  const pattern = new RegExp(
    `(${[...choices]
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|')})`,
    'g',
  )
  const found = marks.flatMap((mark) =>
    [...quoteOf(mark).matchAll(pattern)]
      .filter(({ index }) => !/[不没未非]是?$/.test(quoteOf(mark).slice(0, index)))
      .map((match) => within(mark.turn, mark.start + match.index, match[0])),
  )
  return new Set(found.map(quoteOf)).size === 1 ? found[0]! : null
}

const digits = (mark: Mark): Mark | null => {
  const match = /\d{1,9}(?:\.\d{1,3})?/.exec(quoteOf(mark))
  return match ? within(mark.turn, mark.start + match.index, match[0]) : null
}

/** A number before one of the title's own characters: 18楼 for 楼层. */
function counted(turns: readonly Turn[], titles: readonly string[]): Mark[] {
  const units = [...new Set(titles.flatMap((title) => title.match(/\p{Script=Han}/gu) ?? []))].filter(
    (unit) => !/[数号量第]/.test(unit),
  )
  return units.length === 0
    ? []
    : places(turns, new RegExp(`(?<![\\d.-])(\\d{1,4})\\s?[${units.join('')}]`, 'g'))
}

function markFor(field: CustomField, titles: readonly string[], input: ExtractionInput): Mark | null {
  const turns = input.turns.filter(({ speaker }) => speaker === 'customer')
  const [said, answered] = [labelled(turns, titles), answers(input.turns, titles)]
  if (field.choices) {
    const whole = turns.map((turn) => within(turn, 0, turn.text))
    return (
      chosen([...said, ...answered], field.choices) ??
      chosen(
        whole,
        field.choices.filter((c) => c.length > 1),
      )
    )
  }
  if (field.type === 'string') return said.at(-1) ?? answered.at(-1) ?? null
  const numbers = [...said, ...answered].map(digits).filter((mark) => mark !== null)
  return numbers.at(-1) ?? counted(turns, titles).at(-1) ?? null
}

/** Yes or no, where the field's core is said: 在保, 不在保. The last word counts. */
function yesNo(titles: readonly string[], input: ExtractionInput): Mark | null {
  const cores = titles.map(coreOf).filter((core) => core.length > 1)
  if (cores.length === 0) return null
  const pattern = new RegExp(`((?:[不没未无非]有?)?(?:${cores.map(escaped).join('|')}))(?![吗么?？])`, 'g')
  const turns = input.turns.filter(({ speaker }) => speaker === 'customer')
  return (
    places(turns, pattern).findLast(
      (mark) => !/(?:是不是|是否|有没有)$/.test(mark.turn.text.slice(0, mark.start)),
    ) ?? null
  )
}

/**
 * The form's own fields without a model: what stands behind a field's title, what answers the question for it, the one choice that is
 * said, a number with the title's unit, yes or no. All values are the customer's very words. Pure.
 */
export function readCustom(whole: ExtractionInput): Record<string, ExtractedField> {
  const turns = whole.turns.slice(-mostTurns).filter(({ text }) => text.length <= limits.turnUnits)
  const input = { ...whole, turns }
  const custom: Record<string, ExtractedField> = {}
  for (const [name, field] of customFieldsOf(input.customForm, true)) {
    const titles = field.title.split(' / ').filter((title) => title !== '')
    const isYesNo = field.type === 'boolean'
    const mark = isYesNo ? yesNo(titles, input) : markFor(field, titles, input)
    if (!mark) continue
    const words = quoteOf(mark)
    const value: JsonValue | null = isYesNo
      ? readYesNo(words, titles)
      : field.type === 'string'
        ? words
        : Number(words)
    if (value === null || (field.type === 'integer' && !Number.isInteger(value))) continue
    custom[name] = {
      ...{ value, evidence: [isYesNo ? derivedFrom('yesno@1', [mark]) : spanOf(mark)] },
      ...{ method: 'rules', confidence: rawConfidence, verdict: 'confirm' },
    }
  }
  return custom
}
