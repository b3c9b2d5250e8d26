import { type KeyboardEvent, useId, useState } from 'react'

/** A kept answer, ready to be put into a text. */
export interface Snippet {
  readonly keyword: string
  readonly title: string
  readonly text: string
}

/** What stands in a kept answer for something of the chat. */
export const placeholders = ['customer', 'ticket', 'agent'] as const
export type Placeholder = (typeof placeholders)[number]

/** Placeholders of a text that nothing fills in, as they stand there. */
export function unknownPlaceholders(text: string): readonly string[] {
  const known: readonly string[] = placeholders.map((name) => `{${name}}`)
  return (text.match(/\{\s*[\p{L}_]{1,30}\s*\}/gu) ?? []).filter((each) => !known.includes(each))
}

/** Fills the placeholders in. One without a value stays as a gap with its name, 【工单号】, that nobody overlooks before sending. */
export function fill(
  text: string,
  values: Readonly<Record<Placeholder, string | null | undefined>>,
  nameOf: (name: Placeholder) => string,
): string {
  return text.replace(
    /\{(customer|ticket|agent)\}/g,
    (_, name: Placeholder) => values[name] || `【${nameOf(name)}】`,
  )
}

/** Those whose keyword or title holds what was typed after the slash; at most eight. */
export function matching(text: string, snippets: readonly Snippet[]): readonly Snippet[] {
  const typed = /^\/([^\s/]*)$/u.exec(text)?.[1]
  if (typed === undefined) return []
  const word = typed.toLowerCase()
  return snippets
    .filter((each) => `${each.keyword} ${each.title}`.toLowerCase().includes(word))
    .sort((a, b) => Number(b.keyword.startsWith(typed)) - Number(a.keyword.startsWith(typed)))
    .slice(0, 8)
}

/** Offers kept answers while the text is a slash and a word; arrows choose, Enter and Tab take. */
export function useOffer(text: string, snippets: readonly Snippet[], take: (text: string) => void) {
  const id = useId()
  const [at, setAt] = useState(0)
  const found = matching(text, snippets)
  const chosen = found[Math.min(at, found.length - 1)]
  const choose = (snippet: Snippet) => {
    take(snippet.text)
    setAt(0)
  }
  return {
    id,
    found,
    chosen,
    choose,
    aria: found.length > 0 ? { 'aria-controls': id, 'aria-expanded': true, role: 'combobox' } : {},
    /** True when the key was for the list. */
    key(event: KeyboardEvent): boolean {
      if (!chosen || event.nativeEvent.isComposing) return false
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (step !== 0) setAt((found.indexOf(chosen) + step + found.length) % found.length)
      else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab')
        choose(chosen)
      else return false
      event.preventDefault()
      return true
    },
  }
}

/** The list of kept answers above the box. */
export function Offer({ offer }: { offer: ReturnType<typeof useOffer> }) {
  if (offer.found.length === 0) return null
  return (
    <div className="offer" id={offer.id} role="listbox">
      {offer.found.map((each) => (
        <button
          key={each.keyword + each.title}
          type="button"
          role="option"
          tabIndex={-1}
          aria-selected={each === offer.chosen}
          onMouseDown={(event) => {
            // The box keeps the focus.
            event.preventDefault()
            offer.choose(each)
          }}
        >
          <code>/{each.keyword}</code> <strong>{each.title}</strong>
          <span className="quiet">{each.text}</span>
        </button>
      ))}
    </div>
  )
}
