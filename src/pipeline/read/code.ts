import { spoken } from '../spoken.ts'

/** Reads a model, serial or order number as written: spoken digits and letters joined, inner spaces gone. Null when nothing is left. */
export function readCode(quotes: readonly string[]): string | null {
  const text = quotes
    .map((quote) => spoken(quote).text)
    .join('')
    .replace(/\s+/g, '')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
  return text.length >= 2 ? text : null
}
