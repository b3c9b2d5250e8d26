import type { ExtractedField, Extraction } from '../contract/extraction.ts'
import type { FieldName } from '../contract/ticket.ts'
import { type Calibration, chanceOf } from './confidence/map.ts'
import { shippedCalibration } from './confidence/shipped.ts'

/**
 * Below this chance of being right a value is shown as "please confirm" and never filled in silently: where a person would have to
 * correct two of five values, asking costs less than a wrong one.
 */
export const confirmBelow = 0.6

/**
 * Who gave a value, and what the other engine said of it. `rules`: no model was asked. A field that only one engine found is
 * `.alone`; where they contradict each other one of them is `.kept`.
 */
export type Situation = 'rules' | 'agree' | 'rules.alone' | 'rules.kept' | 'model.alone' | 'model.kept'

/** A field that was chosen, with the confidence that its engine gave it. */
export interface Settled {
  readonly name: FieldName
  readonly by: Situation
  readonly field: ExtractedField
}

/**
 * Joins the answers of both engines field by field, and says of each value how likely it is right, as labelled cases showed.
 * The same value from both is surer than either; where they differ the better-founded one is kept. Danger that the rules saw
 * stays; a model can neither raise the urgency nor keep a ticket from being made.
 */
export function reconcile(
  byRules: Extraction,
  byModel: Extraction | null,
  calibration: Calibration = shippedCalibration(),
): Extraction {
  const fields: Record<string, ExtractedField> = {}
  for (const { name, by, field } of settled(byRules, byModel))
    fields[name] = calibrated(field, name, by, calibration)
  const known = fields as Extraction['fields']
  if (!byModel) return { ...byRules, fields: known }
  return {
    fields: known,
    custom: { ...byRules.custom, ...byModel.custom, ...certain(byRules.custom) },
    action: actionOf(byRules, byModel, known),
    ...labelsOf(byRules, byModel),
    ...(byRules.choice ? { choice: byRules.choice } : {}),
    lang: byRules.lang,
    engine: 'auto',
    dropped: [...byRules.dropped, ...byModel.dropped],
  }
}

/** Fields of a form's own that somebody filled in: what the rules read of them a model reads better. */
function certain(custom: Extraction['custom']): Extraction['custom'] {
  return Object.fromEntries(Object.entries(custom).filter(([, { method }]) => method !== 'rules'))
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

/** A model's answer that no rules stand beside, as an evaluation of the model alone reads it. */
export function alone(byModel: Extraction, calibration: Calibration = shippedCalibration()): Extraction {
  const fields = Object.entries(byModel.fields).map(([name, field]) => [
    name,
    calibrated(field, name as FieldName, 'model.alone', calibration),
  ])
  return { ...byModel, fields: Object.fromEntries(fields) as Extraction['fields'] }
}

/** What a form, a record or a person says is not estimated. */
function calibrated(
  field: ExtractedField,
  name: FieldName,
  by: Situation,
  calibration: Calibration,
): ExtractedField {
  if (field.method !== 'rules' && field.method !== 'llm') return field
  // A summary quotes; no label says that a quote is wrong.
  const chance = (of: Situation) => chanceOf(calibration, of, name, field.confidence)
  // Few cases have both answers: a model that says the same never makes a value less sure than the rules alone.
  const said = by === 'agree' ? Math.max(chance('agree'), chance('rules')) : chance(by)
  const confidence = name === 'summary' ? field.confidence : said
  return { ...field, confidence, verdict: confidence < confirmBelow ? 'confirm' : 'accepted' }
}

/** The fields that are kept of both answers, not yet calibrated. */
export function settled(byRules: Extraction, byModel: Extraction | null): Settled[] {
  const names = new Set([...Object.keys(byRules.fields), ...Object.keys(byModel?.fields ?? {})])
  return ([...names] as FieldName[]).flatMap((name): Settled[] => {
    const [rules, model] = [byRules.fields[name], byModel?.fields[name]]
    if (rules && (!byModel || rules.method !== 'rules')) return [{ name, by: 'rules', field: rules }]
    if (rules && !model) return [{ name, by: 'rules.alone', field: rules }]
    if (rules && model) return [both(name, rules, model, byRules)]
    return model && mayStandAlone(name) ? [{ name, by: 'model.alone', field: model }] : []
  })
}

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

/** The rules' own confidence from which they are kept against a model. */
const keepsIntent = 0.75
const keepsValue = 0.7

function both(name: FieldName, rules: ExtractedField, model: ExtractedField, byRules: Extraction): Settled {
  if (plain(rules.value) === plain(model.value)) return { name, by: 'agree', field: rules }
  const kept = { name, by: 'rules.kept', field: rules } as const
  const replaced = { name, by: 'model.kept', field: model } as const
  if (name === 'summary' || name === 'fault_description') return replaced
  if (name === 'urgency' || name === 'sentiment' || name === 'is_repeat_contact') return kept
  if (name === 'intent') {
    const danger = byRules.fields.intent?.value === 'urgent_safety' || model.value === 'urgent_safety'
    return danger || rules.confidence >= keepsIntent ? kept : replaced
  }
  return rules.confidence >= keepsValue ? kept : replaced
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
