import type { ErrorCode } from '../kernel/errors.ts'
import { detectLanguage, primary } from '../languages/index.ts'
import { exactOf, spelledIn } from './numbers.ts'

/** Why a translation is not used, and in a few words for the model's second try what is wrong. */
export interface Wrong {
  readonly code: Extract<ErrorCode, `translation.${string}`>
  readonly detail: string
}

/** One sentence and what was made of it, both in the words of the house. */
export interface Pair {
  readonly source: string
  readonly target: string
}

/** Letters of scripts that need fewer of them to say the same. */
const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const letters = /\p{L}/gu

/** How much a text says, in letters of an alphabet. */
function size(text: string): number {
  const all = text.match(letters)?.length ?? 0
  return all + (text.match(dense)?.length ?? 0) * 1.5
}

/** Shortest sentence whose length says something. */
const telling = 12
/** A translation says about as much as its original: between a quarter and four times. */
const most = 4

/** What is exact in a sentence and is not in the other, or is there another number of times. */
function differing(left: readonly string[], right: readonly string[]): string[] {
  const count = new Map<string, number>()
  for (const each of right) count.set(each, (count.get(each) ?? 0) + 1)
  return left.filter((each) => {
    const there = count.get(each) ?? 0
    count.set(each, there - 1)
    return there <= 0
  })
}

/** Whether a code stands in a text by itself, not as a piece of another one. */
function stands(code: string, text: string): boolean {
  for (let at = text.indexOf(code); at >= 0; at = text.indexOf(code, at + 1)) {
    const around = (text[at - 1] ?? ' ') + (text[at + code.length] ?? ' ')
    if (!/[A-Za-z0-9]/.test(around)) return true
  }
  return false
}

function exact({ source, target }: Pair, from: string | null, to: string): string[] {
  const [of, is] = [exactOf(source), exactOf(target)]
  const wide = { source: source.normalize('NFKC'), target: target.normalize('NFKC') }
  const missing = differing(of.numbers, is.numbers)
  const added = differing(is.numbers, of.numbers)
  const [spelled, spelledHere] = [spelledIn(source, from), spelledIn(target, to)]
  return [
    ...differing(of.addresses, is.addresses),
    ...differing(is.addresses, of.addresses),
    ...of.codes.filter((code) => !stands(code, wide.target)),
    ...is.codes.filter((code) => !stands(code, wide.source)),
    ...missing.filter((number) => !spelledHere.has(number)),
    ...added.filter((number) => !spelled.has(number)),
  ]
}

/** Languages that statistics of a few words take for each other. */
const alike: readonly (readonly string[])[] = [
  ['da', 'no', 'sv'],
  ['es', 'pt', 'it'],
  ['cs', 'pl'],
]

function otherLanguage(text: string, to: string): boolean {
  if (size(text) < telling) return false
  const found = detectLanguage(text)
  if (!found?.sure) return false
  const [is, wanted] = [primary(found.code), primary(to)]
  return is !== wanted && !alike.some((group) => group.includes(is) && group.includes(wanted))
}

/**
 * Whether a translation may be shown and sent: every sentence is there and about as long, in the wanted language, with the numbers,
 * codes and addresses of its original. Null when nothing is wrong. Meaning is not judged: words may still be wrong.
 */
export function verifyTranslation(pairs: readonly Pair[], from: string | null, to: string): Wrong | null {
  for (const [i, pair] of pairs.entries()) {
    const [was, is] = [size(pair.source), size(pair.target)]
    if (pair.target.trim() === '' && pair.source.trim() !== '')
      return { code: 'translation.incomplete', detail: `sentence ${i + 1} is empty` }
    if (is > most * Math.max(was, telling) || (was >= telling && is < was / most))
      return {
        code: 'translation.incomplete',
        detail: `sentence ${i + 1} says much more or much less than its original`,
      }
  }
  for (const [i, pair] of pairs.entries()) {
    const wrong = exact(pair, from, to)
    if (wrong.length > 0) {
      const named = [...new Set(wrong)].slice(0, 8).join(', ')
      return {
        code: 'translation.numbers',
        detail: `sentence ${i + 1} differs from its original in: ${named}`,
      }
    }
  }
  if (otherLanguage(pairs.map(({ target }) => target).join(' '), to))
    return { code: 'translation.wrong_language', detail: 'it is not in the language that was asked for' }
  return null
}
