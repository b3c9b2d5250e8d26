import { createRequire, findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import type { eld as Detector } from 'eld/extrasmall'
import { languages } from './list.ts'

type Eld = typeof Detector

let loaded: Eld | undefined

/** What the detector's data call a language; it was taught Malay, which Indonesian is read as. */
const taught: Readonly<Record<string, string>> = { id: 'ms' }
const codes = new Map(
  languages.filter(({ script }) => script === 'Latn').map(({ code }) => [taught[code] ?? code, code]),
)

/** Its words tell 1 MB of n-grams apart, so it is loaded when the first text needs it, and at once: readers do not wait. */
function detector(): Eld {
  if (loaded) return loaded
  const manifest = findPackageJSON('eld', import.meta.url)
  if (!manifest) throw new Error('the package eld is not installed')
  const file = join(dirname(manifest), 'src', 'entries', 'static.extrasmall.js')
  const { eld } = createRequire(import.meta.url)(file) as { readonly eld: Eld }
  eld.setLanguageSubset([...codes.keys()])
  loaded = eld
  return eld
}

/** How much better another language must fit before a text is not taken for English, which short technical words resemble. */
const head = 1.15

/** The language of words in Latin letters, and whether it is told apart clearly. Null when they resemble nothing. */
export function latinLanguage(words: string): { readonly code: string; readonly sure: boolean } | null {
  const result = detector().detect(words)
  const scores = result.getScores()
  const best = scores[result.language]
  if (best === undefined) return null
  const english = scores.en ?? 0
  const code = best < english * head ? 'en' : codes.get(result.language)
  return code ? { code, sure: result.isReliable() && code !== undefined } : null
}
