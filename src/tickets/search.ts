import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Jieba } from '@node-rs/jieba'

/**
 * Search tokens. A text is kept as the pairs of neighbouring Chinese characters and as its Latin words; numbers and codes are
 * kept as all their endings, so that any part of one is the beginning of a token. Words (jieba) are cut in the query only:
 * every word of two or more characters is a row of pairs, so what is stored does not depend on how a sentence was cut.
 */

/** Most tokens kept of one ticket. */
const mostTokens = 1_200
/** Longest code of which all endings are kept. */
const longestCode = 40
const longestWord = 40
/** One or two letters or digits begin too many tokens to tell anything; they are meant as they stand. */
const shortestPart = 3
/** Most words of one query that count. */
const mostWords = 12

const chinese = /\p{Script=Han}+/gu
const codeOrWord = /[\p{Script=Latin}\p{N}]+(?:[-_./#+][\p{Script=Latin}\p{N}]+)*/gu

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** A number or code as it is compared: without the signs that people put between its parts. */
function bare(code: string): string {
  return code.replace(/[^\p{L}\p{N}]/gu, '')
}

function partsOf(code: string): string[] {
  return code.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
}

function addCode(tokens: Set<string>, code: string): void {
  const chars = bare(code).slice(0, longestCode)
  if (chars.length > 0) tokens.add(chars)
  for (let start = 1; start <= chars.length - 3; start++) tokens.add(chars.slice(start))
  for (const part of partsOf(code)) tokens.add(part.slice(0, longestWord))
}

function addChinese(tokens: Set<string>, run: string): void {
  const chars = Array.from(run)
  for (let i = 0; i + 1 < chars.length; i++) tokens.add(chars[i]! + chars[i + 1]!)
  // The last character begins no pair; alone it lets a one-character query find it.
  tokens.add(chars.at(-1)!)
}

function addText(tokens: Set<string>, text: string): void {
  const folded = plain(text)
  for (const [run] of folded.matchAll(chinese)) addChinese(tokens, run)
  for (const [word] of folded.matchAll(codeOrWord)) {
    if (/\p{N}/u.test(word)) addCode(tokens, word)
    else for (const part of partsOf(word)) tokens.add(part.slice(0, longestWord))
  }
}

/** What of a ticket can be searched. */
export interface Searchable {
  /** Phone, serial, order and ticket numbers, models: found by any part of three or more characters. */
  readonly codes: readonly (string | null)[]
  /** Names, places, descriptions: found by words. */
  readonly texts: readonly (string | null)[]
}

/** The tokens of a ticket, for `array_to_tsvector`. */
export function searchTokens({ codes, texts }: Searchable): string[] {
  const tokens = new Set<string>()
  for (const code of codes) if (code) addCode(tokens, plain(code))
  for (const text of texts) if (text) addText(tokens, text)
  return [...tokens].slice(0, mostTokens)
}

let jieba: Jieba | undefined

/** The dictionary takes some 50 MB and 0.1 s: loaded when somebody searches. */
function cut(text: string): string[] {
  jieba ??= Jieba.withDict(readFileSync(createRequire(import.meta.url).resolve('@node-rs/jieba/dict.txt')))
  return jieba.cut(text, true)
}

const empty = new Set('的了在是和与吗呢吧啊呀哦我你您他她它这那就都也很被把个')

function quoted(token: string, prefix: boolean): string {
  return `'${token.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${prefix ? ':*' : ''}`
}

function termsOfChinese(run: string): string[] {
  const words = Array.from(run).length <= 2 ? [run] : cut(run)
  const telling = words.filter((word) => !empty.has(word))
  return (telling.length > 0 ? telling : words).slice(0, mostWords).map((word) => {
    const chars = Array.from(word)
    if (chars.length === 1) return quoted(word, true)
    return chars
      .slice(1)
      .map((char, i) => quoted(chars[i]! + char, false))
      .join(' & ')
  })
}

function termsOfCode(word: string): string[] {
  const begins = (token: string) => quoted(token, token.length >= shortestPart)
  if (!/\p{N}/u.test(word)) return partsOf(word).map((part) => begins(part.slice(0, longestWord)))
  const code = bare(word)
  const dialled = /^86(1\d{10})$/.exec(code)?.[1] ?? code
  return [begins(dialled.slice(0, longestCode))]
}

/**
 * The text of a tsquery for what a person typed: words of Chinese in any order, beginnings of Latin words, any part of a
 * number from three characters on. Null when nothing in it can be searched.
 */
export function searchQuery(typed: string): string | null {
  // Numbers are kept the way they are dialled inside the country.
  const folded = plain(typed.slice(0, 200)).replace(/(?:\+|\b00)86[ -]?(?=\d)/g, ' ')
  const terms = [
    ...[...folded.matchAll(chinese)].flatMap(([run]) => termsOfChinese(run)),
    ...[...folded.matchAll(codeOrWord)].flatMap(([word]) => termsOfCode(word)),
  ]
  return terms.length === 0 ? null : [...new Set(terms)].slice(0, mostWords).join(' & ')
}
