import { useState } from 'react'
import type { Refused } from '../../ui/api.ts'

/** A field that is being edited; with what was typed and why it was not saved, when the hub refused it. */
export interface Edit {
  /** The field's value when the editor opened. */
  readonly from: unknown
  readonly typed?: unknown
  readonly refused?: Refused
}

type Edits = Readonly<Record<string, Edit>>

/** Edits by ticket: what was refused outlives the page, for a session that ended meanwhile comes back to it. */
const kept = new Map<string, Edits>()

/** The edits that hold something that was typed. */
function unsaved(edits: Edits): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([, edit]) => edit.refused))
}

/**
 * The fields of a ticket that are being edited. An editor stays open until its value is stored or somebody leaves it; a refused one
 * keeps what was typed, also when the page goes away and comes back.
 */
export function useEdits(ticketId: string): {
  readonly edits: Edits
  readonly open: (name: string, from: unknown) => void
  readonly close: (name: string) => void
  readonly refuse: (name: string, typed: unknown, refused: Refused) => void
} {
  const [edits, setEdits] = useState<Edits>(() => {
    const found = unsaved(kept.get(ticketId) ?? {})
    kept.set(ticketId, found)
    return found
  })
  const set = (next: (before: Edits) => Edits) => {
    // The page may be gone when the answer arrives; what the field was when its editor opened is needed then as well.
    kept.set(ticketId, next(kept.get(ticketId) ?? {}))
    setEdits(next)
  }
  return {
    edits,
    open: (name, from) => set((before) => ({ ...before, [name]: before[name] ?? { from } })),
    close: (name) => set(({ [name]: _, ...others }) => others),
    refuse: (name, typed, refused) =>
      set((before) => ({ ...before, [name]: { from: before[name]?.from, typed, refused } })),
  }
}
