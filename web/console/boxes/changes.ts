import { useSyncExternalStore } from 'react'
import { useSignedIn } from '../parts/session-context.ts'
import type { Changes } from './box.ts'

/** What nobody saved yet, by person and form: other pages may be looked at meanwhile. */
const kept = new Map<string, Changes>()
const listeners = new Set<() => void>()
const none: Changes = {}

function listen(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Going to another page of the console keeps them; closing the tab would not, so the browser asks.
addEventListener('beforeunload', (event) => {
  if (kept.size > 0) event.preventDefault()
})

/** The changes of a form that are not stored yet; they last until they are saved or given up, or the tab is closed. */
export function useChanges(form: string): readonly [Changes, (changes: Changes) => void] {
  const key = `${useSignedIn().user.id} ${form}`
  const changes = useSyncExternalStore(listen, () => kept.get(key) ?? none)
  const set = (next: Changes) => {
    if (Object.keys(next).length === 0) kept.delete(key)
    else kept.set(key, next)
    for (const listener of listeners) listener()
  }
  return [changes, set]
}
