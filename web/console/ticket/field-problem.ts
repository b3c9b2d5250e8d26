import type { Refused } from '../../ui/api.ts'
import type { problemWords } from '../words/ticket.ts'

type Word = keyof typeof problemWords

/** What the hub's schemas and forms say of a value, and the words for it. */
const known: readonly (readonly [said: RegExp, word: Word])[] = [
  [/^start ≤ end$/, 'endFirst'],
  [/^phone number$/, 'noPhone'],
  [/^Too big: expected string to have <=(\d+) /, 'tooLong'],
  [/^Too small: expected string /, 'empty'],
  [/^Invalid ISO datetime/, 'noMoment'],
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
    const found = pattern.exec(said)
    if (found) return { word, params: found[1] ? { n: found[1] } : {} }
  }
  return { word: 'other', params: { hint: said } }
}
