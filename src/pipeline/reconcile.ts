import type { ExtractedField, Extraction } from '../contract/extraction.ts'
import type { FieldName } from '../contract/ticket.ts'

/** Below this confidence a value is shown as "please confirm" and never filled in silently. */
export const confirmBelow = 0.6

/**
 * Confidence by who gave a value: estimates, not yet measured, since no recorded answers of a real model exist. Both engines
 * saying the same is stronger than either alone; a contradiction is never accepted silently.
 */
const estimated = { agree: 0.97, rulesAlone: 0.9, modelAlone: 0.78, contradiction: 0.55 } as const

type Fields = Record<string, ExtractedField>

/**
 * Joins the answers of both engines field by field. The same value from both is surer than either; where they differ the
 * better-founded one is kept and shown for confirmation. Danger that the rules saw stays; a model can neither raise the
 * urgency nor keep a ticket from being made.
 */
export function reconcile(byRules: Extraction, byModel: Extraction | null): Extraction {
  if (!byModel) return byRules
  const fields: Fields = {}
  const names = new Set([...Object.keys(byRules.fields), ...Object.keys(byModel.fields)]) as Set<FieldName>
  for (const name of names) {
    const field = joined(name, byRules.fields[name], byModel.fields[name], byRules)
    if (field)
      fields[name] = { ...field, verdict: field.confidence < confirmBelow ? 'confirm' : field.verdict }
  }
  return {
    fields: fields as Extraction['fields'],
    custom: { ...byModel.custom, ...byRules.custom },
    action: actionOf(byRules, byModel, fields as Extraction['fields']),
    ...labelsOf(byRules, byModel),
    ...(byRules.choice ? { choice: byRules.choice } : {}),
    lang: byRules.lang,
    engine: 'auto',
    dropped: [...byRules.dropped, ...byModel.dropped],
  }
}

/** A model adds tags; risks and moods are the rules' alone. Where it names a finer branch, theirs is implied. */
function labelsOf(byRules: Extraction, byModel: Extraction): Pick<Extraction, 'labels'> {
  const { labels } = byRules
  if (!labels) return {}
  const more = (byModel.labels?.tags ?? []).filter(
    ({ value }) => !labels.tags.some((tag) => `${tag.value}/`.startsWith(`${value}/`)),
  )
  const kept = labels.tags.filter(({ value }) => !more.some((tag) => tag.value.startsWith(`${value}/`)))
  return { labels: { ...labels, tags: [...kept, ...more] } }
}

function joined(
  name: FieldName,
  rules: ExtractedField | undefined,
  model: ExtractedField | undefined,
  byRules: Extraction,
): ExtractedField | null {
  if (rules && rules.method !== 'rules') return rules
  if (!model) return rules ? { ...rules, confidence: scaled(rules.confidence, estimated.rulesAlone) } : null
  if (!rules) return mayStandAlone(name) ? { ...model, confidence: estimated.modelAlone } : null
  if (plain(rules.value) === plain(model.value))
    return { ...rules, confidence: Math.max(estimated.agree, rules.confidence) }
  return differing(name, rules, model, byRules)
}

const scaled = (confidence: number, by: number) => Math.round(confidence * by * 1000) / 1000

/** Classes come from the rules in any case; a model's class without theirs would decide alone. */
function mayStandAlone(name: FieldName): boolean {
  return name !== 'intent' && name !== 'urgency' && name !== 'sentiment' && name !== 'is_repeat_contact'
}

function plain(value: unknown): string {
  return JSON.stringify(value ?? null)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s"·,，。;；-]/g, '')
}

function differing(
  name: FieldName,
  rules: ExtractedField,
  model: ExtractedField,
  byRules: Extraction,
): ExtractedField {
  const danger = byRules.fields.intent?.value === 'urgent_safety'
  if (name === 'summary' || name === 'fault_description')
    return { ...model, confidence: estimated.modelAlone }
  if (name === 'urgency' || name === 'sentiment' || name === 'is_repeat_contact')
    return { ...rules, confidence: scaled(rules.confidence, 0.85) }
  if (name === 'intent') {
    const sure = danger || model.value === 'urgent_safety' || rules.confidence >= 0.75
    return sure ? rules : { ...model, confidence: estimated.contradiction + 0.1 }
  }
  const kept = rules.confidence >= 0.7 ? rules : model
  return { ...kept, confidence: estimated.contradiction, verdict: 'confirm' }
}

/**
 * A ticket that the rules would make is made, whatever the model says; where they see nothing to do, a request or a wish for a
 * person that the model shows the words of counts.
 */
function actionOf(
  byRules: Extraction,
  byModel: Extraction,
  fields: Extraction['fields'],
): Extraction['action'] {
  // the model may have found what the rules would ask for
  if (byRules.action.kind === 'ask' && fields[byRules.action.field]) return { kind: 'create' }
  return byRules.action.kind === 'none' ? byModel.action : byRules.action
}
