import { fill, type Params } from './fill.ts'
import { remembered } from './remembered.ts'

/** The languages of the pages. */
export type Language = 'zh' | 'en'

/** The person's language: chosen once, kept in this browser; at first the browser's own. */
export const language = remembered<Language>('yitong.language', ['zh', 'en'], () =>
  typeof navigator === 'undefined' || navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
)

/** A dictionary of one area: key → [Chinese, English]. placeholders as `fill` takes them. */
export type Words = Readonly<Record<string, readonly [zh: string, en: string]>>

/** Says a word of a dictionary in the given language. */
export function say<W extends Words>(
  words: W,
  lang: Language,
  key: keyof W & string,
  params?: Params,
): string {
  const pair = words[key]
  if (!pair) return key
  return fill(pair[lang === 'zh' ? 0 : 1], params)
}

/** The dictionary in the person's language. */
export function useWords<W extends Words>(words: W): (key: keyof W & string, params?: Params) => string {
  const lang = language.use()
  return (key, params) => say(words, lang, key, params)
}

/** Puts a name and what belongs to it together, with the colon of the person's language. */
export function useLabelled(): (name: string, words: string) => string {
  const mark = language.use() === 'zh' ? '：' : ': '
  return (name, words) => `${name}${mark}${words}`
}
