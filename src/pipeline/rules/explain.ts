import type { ExtractionInput } from '../../contract/extraction.ts'
import type { Classifier } from './classifier.ts'
import { extractByRules } from './extract-by-rules.ts'
import type { Lexicon } from './lexicon.ts'
import type { Feature, LinearModel } from './linear.ts'

/** What spoke for or against a class: a word of the conversation, or what the rules found in it (`sign:`, `cue:`, `intent:`). */
export interface Voice {
  readonly name: string
  /** What it adds to the class above the mean of all classes; negative: it speaks against it. */
  readonly weight: number
}

/** Why a class was chosen. */
export interface Why {
  readonly chosen: string
  /** `safety`: danger was said, and no weight was asked; `rule`: a rule decided; `weights`: the classifier did. */
  readonly by: 'safety' | 'rule' | 'weights'
  /** Chances by class as the classifier alone sees them, the greatest three; none where it was not asked. */
  readonly chances: readonly { readonly of: string; readonly chance: number }[]
  /** The strongest voices for the chosen class, then against it. */
  readonly voices: readonly Voice[]
}

/** Why, by class; empty where nothing was classified, e.g. for an advertisement. */
export type WhyByClass = { readonly [K in Exclude<keyof Classifier, 'category'>]?: Why }

/** Explains the classes of a conversation by reading it once more, and noting what the classifier was asked on the way. */
export function explainClasses(input: ExtractionInput, lexicon: Lexicon): WhyByClass {
  const asked = new Map<string, readonly Feature[]>()
  const heard = <C extends string>(name: string, model: LinearModel<C>): LinearModel<C> => ({
    ...model,
    predict(features) {
      asked.set(name, features)
      return model.predict(features)
    },
  })
  const { intent, urgency, sentiment, category } = lexicon.classifier
  const classifier: Classifier = {
    intent: heard('intent', intent),
    urgency: heard('urgency', urgency),
    sentiment: heard('sentiment', sentiment),
    category,
  }
  const { fields } = extractByRules(input, { ...lexicon, classifier })
  const danger = fields.intent?.value === 'urgent_safety' && !asked.has('intent')
  const why = (name: keyof WhyByClass, model: LinearModel<string>) => {
    const chosen = fields[name]?.value
    return chosen === undefined ? {} : { [name]: whyOf(model, asked.get(name), chosen, danger) }
  }
  return {
    ...why('intent', intent as LinearModel<string>),
    ...why('urgency', urgency as LinearModel<string>),
    ...why('sentiment', sentiment as LinearModel<string>),
  }
}

const mostVoices = 8
const mostAgainst = 3

function whyOf(
  model: LinearModel<string>,
  seen: readonly Feature[] | undefined,
  chosen: string,
  danger: boolean,
): Why {
  if (!seen) return { chosen, by: danger ? 'safety' : 'rule', chances: [], voices: [] }
  const all = model.predict(seen)
  const chances = model.classes
    .map((of, i) => ({ of, chance: Math.round(all[i]! * 1000) / 1000 }))
    .sort((a, b) => b.chance - a.chance)
  const voices = seen
    .map(({ name, value }) => ({ name, weight: Math.round(model.weight(name, chosen) * value * 100) / 100 }))
    .filter(({ weight }) => Math.abs(weight) >= 0.05)
    .sort((a, b) => b.weight - a.weight)
  const against = voices.filter(({ weight }) => weight < 0).slice(-mostAgainst)
  return {
    chosen,
    by: chances[0]!.of === chosen ? 'weights' : 'rule',
    chances: chances.slice(0, 3),
    voices: [...voices.filter(({ weight }) => weight > 0).slice(0, mostVoices), ...against],
  }
}
