import type { Catalogue } from '../contract/extraction.ts'
import { searchTokens } from '../tickets/index.ts'
import { englishFillers, fillers, meanings } from './meanings.ts'

/** What a text is compared by, and where each stands in it. */
export interface Terms {
  /** Tokens: `=name` of a meaning, `#e3` of a code, else search tokens. */
  readonly weights: ReadonlyMap<string, number>
  /** Places of each token in `text`, in UTF-16 units. */
  readonly places: readonly { readonly token: string; readonly start: number; readonly end: number }[]
  /** The meanings without which nothing answers it. */
  readonly needed: ReadonlySet<string>
  /** Codes that look like those on a display: E3, F12. */
  readonly codes: ReadonlySet<string>
  /** As it was compared: folded. */
  readonly text: string
}

const weightOf = { meaning: 2, helping: 0.7, code: 4, pair: 1, word: 1, number: 0.3 }

/** As it is compared: width and case folded. */
export const fold = (text: string) => text.normalize('NFKC').toLowerCase()

const codeOrWord = /[\p{Script=Latin}\p{N}]+(?:[-_./#+'][\p{Script=Latin}\p{N}]+)*/gu
const chinese = /\p{Script=Han}+/gu
const displayCode = /^(?:[a-z]{1,2}-?\d{1,3}|\d{1,2}[a-z])$/

/** Products by the words that name them, longest first. */
export interface ProductNames {
  /** Category names, each with what it is called besides. */
  readonly categories: readonly { readonly word: string; readonly category: string }[]
  readonly models: readonly {
    readonly word: string
    readonly model: string
    readonly category: string | null
  }[]
}

const byLength = <T extends { readonly word: string }>(words: T[]) =>
  words
    .filter(({ word }) => word.length > 1)
    .sort((a, b) => b.word.length - a.word.length || (a.word < b.word ? -1 : 1))

/** The words by which a catalogue's products are known, together with categories and models that articles name. */
export function productNames(
  catalogue: Pick<Catalogue, 'categories' | 'models'>,
  articles: readonly { readonly products: readonly string[]; readonly models: readonly string[] }[],
): ProductNames {
  return {
    categories: byLength([
      ...catalogue.categories.flatMap(({ name, aliases }) =>
        [name, ...aliases].map((word) => ({ word: fold(word), category: name })),
      ),
      ...articles.flatMap(({ products }) => products.map((name) => ({ word: fold(name), category: name }))),
    ]),
    models: byLength([
      ...catalogue.models.flatMap(({ model, category, aliases }) =>
        [model, ...aliases].map((word) => ({ word: fold(word), model, category })),
      ),
      ...articles.flatMap(({ models }) =>
        models.map((model) => ({ word: fold(model), model, category: null })),
      ),
    ]),
  }
}

const latin = /[a-z0-9]/

/** Takes every standing of a word out of a text (Latin ones only as whole words); null when it is not there. */
function takeOut(text: string, word: string): string | null {
  let left = text
  let found = false
  for (let at = left.indexOf(word); at >= 0; at = left.indexOf(word, at + word.length)) {
    const [before, after] = [left[at - 1] ?? ' ', left[at + word.length] ?? ' ']
    const inside =
      (latin.test(word[0]!) && latin.test(before)) || (latin.test(word.at(-1)!) && latin.test(after))
    if (inside && !(after === 's' && !latin.test(left[at + word.length + 1] ?? ' '))) continue
    left = left.slice(0, at) + ' '.repeat(word.length) + left.slice(at + word.length)
    found = true
  }
  return found ? left : null
}

/** The products that a text names, and the text without their names (as long as before). */
export function takeProducts(text: string, names: ProductNames) {
  let left = fold(text)
  const categories = new Set<string>()
  const models = new Set<string>()
  for (const { word, model, category } of names.models) {
    const without = takeOut(left, word)
    if (without === null) continue
    left = without
    models.add(model)
    if (category) categories.add(category)
  }
  for (const { word, category } of names.categories) {
    const without = takeOut(left, word)
    if (without === null) continue
    left = without
    categories.add(category)
  }
  return { left, categories, models }
}

/** The terms of a text out of which the product names were taken. */
export function termsOf(withoutProducts: string): Terms {
  let left = fold(withoutProducts)
  const text = left
  const weights = new Map<string, number>()
  const places: { token: string; start: number; end: number }[] = []
  const needed = new Set<string>()
  const codes = new Set<string>()
  const add = (token: string, weight: number, start: number, length: number) => {
    weights.set(token, Math.max(weights.get(token) ?? 0, weight))
    places.push({ token, start, end: start + length })
  }
  for (const meaning of meanings) {
    left = left.replace(meaning.pattern, (match: string, ...rest: unknown[]) => {
      const at = rest.find((each) => typeof each === 'number') as number
      add(`=${meaning.name}`, meaning.needed ? weightOf.meaning : weightOf.helping, at, match.length)
      if (meaning.needed) needed.add(meaning.name)
      return ' '.repeat(match.length)
    })
  }
  left = left.replace(fillers, (match) => ' '.repeat(match.length))
  for (const match of left.matchAll(codeOrWord)) {
    const word = match[0]
    if (englishFillers.has(word)) continue
    if (displayCode.test(word)) {
      const code = word.replace('-', '')
      codes.add(code)
      add(`#${code}`, weightOf.code, match.index, word.length)
    } else if (/^\d+$/.test(word)) add(word, weightOf.number, match.index, word.length)
    // Longer codes are numbers of orders, phones and machines: nothing that an article is about.
    else if (!/\d/.test(word)) add(stem(word), weightOf.word, match.index, word.length)
  }
  for (const match of left.matchAll(chinese)) {
    const run = Array.from(match[0])
    const tokens = searchTokens({ codes: [], texts: [match[0]] }).filter(
      (token) => run.length === 1 || Array.from(token).length === 2,
    )
    for (const token of tokens) {
      const weight = run.length === 1 ? weightOf.number : weightOf.pair
      add(token, weight, match.index + match[0].indexOf(token), token.length)
    }
  }
  return { weights, places, needed, codes, text }
}

const stem = (word: string) => (word.length > 3 ? word.replace(/(?:'s|ing|ed|es|s)$/, '') : word)

/** The parts of the text that matched, in its order, neighbours joined. */
export function matchedWords(terms: Terms, matched: ReadonlySet<string>): string[] {
  const spans = terms.places.filter(({ token }) => matched.has(token)).sort((a, b) => a.start - b.start)
  const joined: { start: number; end: number }[] = []
  for (const { start, end } of spans) {
    const last = joined.at(-1)
    if (last && start < last.end) last.end = Math.max(last.end, end)
    else joined.push({ start, end })
  }
  return [...new Set(joined.map(({ start, end }) => terms.text.slice(start, end)))]
}
