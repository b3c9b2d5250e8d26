import { readFileSync } from 'node:fs'
import { latinLanguage } from './latin.ts'
import { languages, primary } from './list.ts'

/** The language of a text: a code of the list, and whether its words tell it apart from others. */
export interface Detected {
  readonly code: string
  readonly sure: boolean
}

/** Characters of a text that are looked at. */
const longest = 4_000

/** Addresses, codes and numbers are written the same in every language. */
const wordless = /https?:\/\/[^\s<>"'，。；、）】》]+|[A-Za-z0-9][A-Za-z0-9@./_+-]*/g
/** Of what stands together, words have no digits and no signs between their letters. */
const wordsOnly = (run: string) => (/[\d@_]|:\/|\w\.\w/.test(run) ? ' ' : run)

/** How much a letter of a script says, measured in Chinese characters. */
const scripts: readonly (readonly [name: string, letters: RegExp, weight: number])[] = [
  ['Han', /\p{Script=Han}/gu, 1],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 0.7],
  ['Hangul', /\p{Script=Hangul}/gu, 0.8],
  ['Thai', /\p{Script=Thai}/gu, 0.3],
  ['Arabic', /\p{Script=Arabic}/gu, 0.3],
  ['Hebrew', /\p{Script=Hebrew}/gu, 0.3],
  ['Devanagari', /\p{Script=Devanagari}/gu, 0.3],
  ['Greek', /\p{Script=Greek}/gu, 0.2],
  ['Cyrillic', /\p{Script=Cyrillic}/gu, 0.2],
  ['Latin', /\p{Script=Latin}/gu, 0.2],
]

/** Whose a script is when nothing else is said. */
const owners: Readonly<Record<string, string>> = {
  ...{ Hangul: 'ko', Thai: 'th', Arabic: 'ar', Hebrew: 'he', Devanagari: 'hi', Greek: 'el', Cyrillic: 'ru' },
}
/** Letters by which a language of the same script that is not in the list is known. */
const strangers: Readonly<Record<string, RegExp>> = {
  Arabic: /[\u067E\u0686\u0698\u06AF\u0679\u0688\u0691\u06BA\u06BE\u06D2]/u,
  Cyrillic: /[іїєґўјљњћђќѓѕәғқңөұүһ]/iu,
}

/** Product names and error texts are Latin in every language: another script leads from this share on. */
const leads = 0.35
/** Decorative kana stand in Chinese texts too; a Japanese sentence has more of them. */
const leastKana = 0.2

const variants = JSON.parse(readFileSync(new URL('./scripts.json', import.meta.url), 'utf8')) as {
  readonly simplified: string
  readonly traditional: string
}
const simplified = new Set(variants.simplified)
const traditional = new Set(variants.traditional)

const greetings = new Map(languages.map(({ code, greetings: said }) => [code, new Set(said)]))

/** Finds the language that a text is written in; null for one without words. Pure, in time that grows with its length. */
export function detectLanguage(text: string): Detected | null {
  const words = text.slice(0, longest).normalize('NFC').replace(wordless, wordsOnly)
  const found = scripts.map(([name, letters, weight]) => ({
    name,
    weight: (words.match(letters)?.length ?? 0) * weight,
  }))
  const weightOf = (name: string) => found.find((each) => each.name === name)!.weight
  const all = found.reduce((sum, each) => sum + each.weight, 0)
  if (all === 0) return null
  const [han, kana] = [weightOf('Han'), weightOf('Kana')]
  const others = [
    { name: 'Han', weight: han + kana },
    ...found.filter(({ name }) => !['Han', 'Kana', 'Latin'].includes(name)),
  ].sort((a, b) => b.weight - a.weight)
  const other = others[0]!
  if (other.weight < all * leads) return ofLatin(words)
  if (other.name !== 'Han') {
    if (strangers[other.name]?.test(words)) return null
    return { code: owners[other.name]!, sure: true }
  }
  if (kana >= (han + kana) * leastKana) return { code: 'ja', sure: true }
  return { code: chinese(words), sure: true }
}

/** Which way of writing Chinese; the words of both are the same, so it is simplified until a character says otherwise. */
function chinese(words: string): string {
  let balance = 0
  for (const letter of words) balance += traditional.has(letter) ? 1 : simplified.has(letter) ? -1 : 0
  return balance > 0 ? 'zh-TW' : 'zh-CN'
}

function ofLatin(words: string): Detected | null {
  const said = words.toLowerCase().match(/\p{L}+/gu) ?? []
  if (said.length <= 3) {
    const spoken = [...greetings].filter(([, known]) => said.every((word) => known.has(word)))
    if (spoken.length === 1) return { code: spoken[0]![0], sure: true }
    if (spoken.length > 1) return { code: spoken[0]![0], sure: false }
  }
  return latinLanguage(words)
}

/** The language of a message as people are told: nothing where it is a guess. */
export function messageLanguage(text: string): string | null {
  const found = detectLanguage(text)
  return found?.sure ? found.code : null
}

/**
 * The language of a customer as extraction and router know it: both ways of Chinese are `zh`. Words that could be anything are
 * English, which short technical texts are; what has no words is Chinese, as most customers are.
 */
export function customerLanguage(text: string): string {
  const found = detectLanguage(text)
  if (found) return found.sure ? primary(found.code) : 'en'
  return /\p{Script=Latin}{2}/u.test(text) ? 'en' : 'zh'
}

/** Which of the house's own texts a customer reads: Chinese in Chinese, everybody else in English. */
export function houseLanguage(code: string | null): 'zh' | 'en' {
  return code === null || primary(code) === 'zh' ? 'zh' : 'en'
}
