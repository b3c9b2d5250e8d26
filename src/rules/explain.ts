import type { JsonValue } from '../kernel/json.ts'
import { type ComparisonName, type Condition, comparisons } from './condition.ts'

/** Names of fields and of their values for people, by path and by value. */
export interface Wording {
  readonly field?: (path: string) => string
  readonly value?: (path: string, value: JsonValue) => string
}

type Lang = 'zh' | 'en'
const joints = {
  zh: { all: ' 且 ', any: ' 或 ', always: '任何情况', never: '从不', not: '并非', list: '、' },
  en: { all: ' and ', any: ' or ', always: 'always', never: 'never', not: 'not', list: ', ' },
} as const

const phrases: Readonly<Record<ComparisonName, Readonly<Record<Lang, string>>>> = {
  eq: { zh: '{field}是{value}', en: '{field} is {value}' },
  in: { zh: '{field}是 {value} 之一', en: '{field} is one of {value}' },
  contains: { zh: '{field}包含{value}', en: '{field} contains {value}' },
  gte: { zh: '{field}不小于{value}', en: '{field} is at least {value}' },
  lte: { zh: '{field}不大于{value}', en: '{field} is at most {value}' },
  exists: { zh: '{field}已填写', en: '{field} is given' },
  startsWith: { zh: '{field}以{value}开头', en: '{field} starts with {value}' },
  matches: { zh: '{field}提到 {value} 之一', en: '{field} mentions one of {value}' },
}
const absent = { zh: '{field}未填写', en: '{field} is not given' } as const

function leaf(condition: Condition & { field: string }, lang: Lang, wording: Wording): string {
  const op = comparisons.find((name) => Object.hasOwn(condition, name))
  if (!op) throw new Error('a condition without an operator passed the schema')
  const needed = (condition as unknown as Record<ComparisonName, JsonValue>)[op]
  const path = condition.field
  const one = (value: JsonValue) =>
    wording.value?.(path, value) ?? (typeof value === 'string' ? `“${value}”` : JSON.stringify(value))
  const value = Array.isArray(needed) ? needed.map(one).join(joints[lang].list) : one(needed)
  const template = op === 'exists' && needed === false ? absent[lang] : phrases[op][lang]
  const slots: Record<string, string> = { field: wording.field?.(path) ?? path, value }
  return template.replace(/\{(field|value)\}/g, (_, slot: string) => slots[slot]!)
}

/** A condition in words, e.g. `ticket.intent是“repair” 且 (…)`. */
export function explain(condition: Condition, lang: Lang, wording: Wording = {}): string {
  const joint = joints[lang]
  const part = (c: Condition) => {
    const text = explain(c, lang, wording)
    return 'all' in c || 'any' in c ? `(${text})` : text
  }
  if ('all' in condition) return condition.all.length ? condition.all.map(part).join(joint.all) : joint.always
  if ('any' in condition) return condition.any.length ? condition.any.map(part).join(joint.any) : joint.never
  if ('not' in condition) return `${joint.not}(${explain(condition.not, lang, wording)})`
  return leaf(condition, lang, wording)
}
