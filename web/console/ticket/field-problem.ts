import type { Refused } from '../../ui/api.ts'
import type { problemWords } from '../words/ticket.ts'

type Word = keyof typeof problemWords

/** What a form says of a value, and the words for it; a schema's fault comes as a sentence. */
const known: readonly (readonly [said: RegExp, word: Word])[] = [
  [/^type$/, 'wrongKind'],
  [/^choice$/, 'noChoice'],
  [/^(?:format|pattern)$/, 'wrongForm'],
  [/^length$/, 'wrongLength'],
  [/^range$/, 'outOfRange'],
]

/** What is wrong with the value of a field: the hub's hint for its box in words for people; null when the refusal names none. */
export function fieldProblem(
  refused: Pick<Refused, 'issues'>,
): { readonly word: Word; readonly params: Readonly<Record<string, string>> } | null {
  const said = refused.issues[0]?.message
  if (said === undefined) return null
  for (const [pattern, word] of known) {
    if (pattern.test(said)) return { word, params: {} }
  }
  return { word: 'other', params: { hint: said } }
}
