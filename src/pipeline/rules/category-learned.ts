import type { Catalogue } from '../../contract/extraction.ts'
import type { Mark } from '../span.ts'
import { categoryPlaces, isCategory } from './category.ts'
import { type Gram, gramsOf } from './classifier.ts'
import type { Feature, LinearModel } from './linear.ts'
import { markOf, type Utterance } from './scene.ts'

/** A category that no word of the catalogue names, from how its faults are talked about. */
export interface LearnedCategory {
  readonly value: string
  /** The words that speak most for it; read alone, they speak for it too. */
  readonly marks: readonly Mark[]
  readonly chance: number
}

/** Under this chance nothing is said: a wrong device sends the wrong engineer. */
const least = 0.85
const mostWords = 6

/** Words of two and three characters without the names of products, and English words. */
function categoryGrams(u: Utterance, taken: readonly Mark[], catalogue: Catalogue): Gram[] {
  const places = categoryPlaces(u.plain.text, catalogue)
  return gramsOf(u, taken).filter(
    ({ start, end }) => end - start > 1 && !places.some(([from, to]) => start < to && from < end),
  )
}

/** What the model of categories sees of what a customer said. */
export function categoryFeatures(
  said: readonly Utterance[],
  taken: readonly Mark[],
  catalogue: Catalogue,
): Feature[] {
  const names = new Set(said.flatMap((u) => categoryGrams(u, taken, catalogue).map(({ name }) => name)))
  return weighed([...names])
}

/** Words as features of one length together, however many they are. */
function weighed(names: readonly string[]): Feature[] {
  return names.map((name) => ({ name, value: 4 / Math.sqrt(names.length) }))
}

/** The category that a model reads in words, with its chance; null where it knows none. */
export function mostLikely(
  model: LinearModel<string>,
  features: readonly Feature[],
): { readonly value: string; readonly chance: number } | null {
  const chances = model.predict(features)
  const at = chances.indexOf(Math.max(...chances))
  return at < 0 ? null : { value: model.classes[at]!, chance: chances[at]! }
}

/** What a model reads in nothing but these quotes; the verifier holds a learned category to it. */
export function categoryOfWords(model: LinearModel<string>, quotes: readonly string[]): string | null {
  const value = 4 / Math.sqrt(Math.max(1, quotes.length))
  const names = new Set(quotes.map((quote) => quote.toLowerCase()))
  return (
    mostLikely(
      model,
      [...names].map((name) => ({ name, value })),
    )?.value ?? null
  )
}

/** The category that the model is sure enough of, in a conversation in which no word names one. */
export function learnedCategory(
  said: readonly Utterance[],
  taken: readonly Mark[],
  catalogue: Catalogue,
  model: LinearModel<string>,
): LearnedCategory | null {
  const seen = categoryFeatures(said, taken, catalogue).filter(({ name }) =>
    model.classes.some((of) => model.weight(name, of) !== 0),
  )
  // What the model never met says nothing, and must not thin out what it knows.
  const best = mostLikely(model, weighed(seen.map(({ name }) => name)))
  if (!best || best.chance < least || !isCategory(best.value, catalogue)) return null
  const words = said
    .flatMap((u) =>
      categoryGrams(u, taken, catalogue)
        .filter(({ name }) => !/[\^$ ]/.test(name))
        .map((gram) => ({ u, gram, weight: model.weight(gram.name, best.value) })),
    )
    .filter(({ weight }) => weight > 0.1)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, mostWords)
  const marks = words
    .map(({ u, gram }) => markOf(u, u.plain, gram.start, gram.end))
    .filter((mark) => mark !== null)
  const quotes = words.map(({ gram }) => gram.name)
  return marks.length > 0 && categoryOfWords(model, quotes) === best.value ? { ...best, marks } : null
}
