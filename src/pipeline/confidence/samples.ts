import type { Extraction } from '../../contract/extraction.ts'
import { settled } from '../reconcile.ts'
import { judge, type Labelled, scoredClasses, valueAt } from '../score.ts'
import type { Sample } from './map.ts'

const addressParts = ['province', 'city', 'district', 'detail'].map((part) => `address.${part}`)
const classes: readonly string[] = [...scoredClasses, 'is_repeat_contact']
const values = [
  ...(['contact_name', 'phone', 'device_model', 'serial_number', 'order_number'] as const),
  ...(['product_category', 'appointment'] as const),
]

/**
 * The values of a case that its labels judge, with the confidence that the engines gave them. `accept` counts as right: who is
 * asked to confirm such a value need not change it. Values that nothing is said of give nothing.
 */
export function samplesOf(item: Labelled, byRules: Extraction, byModel: Extraction | null): Sample[] {
  return settled(byRules, byModel).flatMap(({ name, by, field }) => {
    if (field.method !== 'rules' && field.method !== 'llm') return []
    const right = isRight(item, name, field.value)
    return right === null ? [] : [{ field: name, by, raw: field.confidence, right }]
  })
}

/** Whether a value is right; null where the labels do not say. */
export function isRight(item: Labelled, name: string, value: unknown): boolean | null {
  if (name === 'address') return addressRight(item, value)
  if (name === 'fault_description') return faultRight(item, value)
  const accept = item.accept?.[name] ?? []
  if (classes.includes(name)) {
    const expected = valueAt(item.expected, name)
    if (expected === null || accept.includes('*')) return null
    return value === expected || accept.includes(value)
  }
  return values.some((each) => each === name) ? verdictOf(item, name, value) : null
}

function verdictOf(item: Labelled, field: string, value: unknown): boolean | null {
  if ((item.accept?.[field] ?? []).includes('*')) return null
  const verdict = judge(field, item, value)
  // Silence was expected, and what is accepted stands here.
  return verdict === 'tp' || verdict === 'neutral'
}

/** An address is right when each of its parts is. */
function addressRight(item: Labelled, value: unknown): boolean | null {
  if ((item.accept?.address ?? []).includes('*')) return null
  const verdicts = addressParts.map((part) => judge(part, item, valueAt({ address: value }, part)))
  return verdicts.every((verdict) => verdict === 'tp' || verdict === 'neutral')
}

const squeezed = (text: string) =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/** A fault description is right when it says one of the labelled things. */
function faultRight(item: Labelled, value: unknown): boolean | null {
  const keywords = item.expected.fault_description_keywords
  if (!Array.isArray(keywords) || keywords.length === 0) return null
  const said = squeezed(String(value))
  return keywords.some((words) =>
    String(words)
      .split('|')
      .some((word) => said.includes(squeezed(word))),
  )
}
