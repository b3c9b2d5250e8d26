import type { KnownFacts } from '../../contract/extraction.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { disguise, openBook } from './disguise.ts'
import { findPersonal } from './personal.ts'

/** A text as it leaves the house: placeholders stand where it tells who somebody is. */
export interface Cover {
  readonly text: string
  /** The placeholders in a text that the house gave out, in their order. */
  placeholders(text: string): readonly string[]
  /** What is left of a placeholder that was cut or changed. */
  broken(text: string): boolean
  /** The words of the house again; each placeholder stands for what it stood for at its place in the text that was sent. */
  reveal(text: string): string
}

/**
 * Puts placeholders into one text, as for extractions. Without a lexicon it leaves the house as it is. The rules know how people say
 * their names in Chinese and English; in other languages (`names: false`) only the known name is taken out, or every noun might be one.
 */
export function coverText(
  text: string,
  known: KnownFacts,
  lexicon: Lexicon | null,
  { names }: { readonly names: boolean },
): Cover {
  if (!lexicon) return { text, placeholders: () => [], broken: () => false, reveal: (answer) => answer }
  const sent = [{ at: 0, speaker: 'customer' as const, text }]
  const book = openBook(sent)
  const input = {
    ...{ turns: [], channel: '', timeZone: 'UTC', receivedAtMs: 0, known },
    catalogue: { categories: [], models: [], hotlines: [] },
  }
  const found = findPersonal(input, sent, lexicon).get(0) ?? []
  const called = known.fields.contact_name?.value
  const personal = found.filter(
    ({ kind, start, end }) => kind !== 'NAME' || names || text.slice(start, end) === called,
  )
  const covered = disguise(sent, new Map([[0, personal]]), book)
  const shape = new RegExp(`[A-Z]+_\\d+_${book.tag}`, 'g')
  const placeholders = (said: string) => said.match(shape) ?? []
  return {
    text: covered.turns[0]!.text,
    placeholders,
    broken: (said) => said.replace(shape, '').includes(book.tag),
    reveal(answer) {
      // The same person is called by name once and by surname then: the order tells which.
      const left = new Map<string, string[]>()
      for (const { word, source } of covered.standing) left.set(word, [...(left.get(word) ?? []), source])
      return answer.replace(shape, (word) => {
        const sources = left.get(word)
        return (sources && sources.length > 1 ? sources.shift() : sources?.[0]) ?? word
      })
    },
  }
}
