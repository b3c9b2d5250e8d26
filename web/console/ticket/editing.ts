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

/** What was refused, by ticket: it outlives the page, for a session that ended meanwhile comes back to it. */
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
  /** `from` comes from whoever tried to store it: the page that opened the editor may be gone. */
  readonly refuse: (name: string, edit: Required<Edit>) => void
} {
  const [edits, setEdits] = useState<Edits>(() => kept.get(ticketId) ?? {})
  const set = (next: (before: Edits) => Edits) => {
    // The page may be gone when the answer arrives.
    kept.set(ticketId, unsaved(next(kept.get(ticketId) ?? {})))
    setEdits(next)
  }
  return {
    edits,
    open: (name, from) => set((before) => ({ ...before, [name]: before[name] ?? { from } })),
    close: (name) => set(({ [name]: _, ...others }) => others),
    refuse: (name, edit) => set((before) => ({ ...before, [name]: edit })),
  }
}
