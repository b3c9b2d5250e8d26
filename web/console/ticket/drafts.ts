import { useCallback, useEffect, useMemo, useState } from 'react'
import { randomKey } from '../../ui/random.ts'
import { useSignedIn } from '../parts/session-context.ts'
import { DraftText } from './draft-text.ts'
import { TryKey } from './try-key.ts'

const prefix = 'yitong.draft.'
const pauseMs = 300

/** A name in this browser's storage that only the signed-in person's pages use. */
const useOwn = (name: string) => `${useSignedIn().user.id}.${name}`

/** The draft of a key as it is stored. */
const draftOf = (key: string) => new DraftText(prefix + key, () => localStorage)

/** The boxes on the page by their key: a text can be sent by a box that is gone when the answer arrives. */
const boxes = new Map<string, (sent?: string) => void>()

/**
 * Typed text that is never lost: kept under its key for the signed-in person in this browser until it was sent, and the same in all
 * tabs; whoever signs in next does not see it. The component that uses it carries the same `key`, so that another conversation starts
 * with its own text. `clear` with what was sent keeps
 * what was typed meanwhile.
 */
export function useDraft(
  name: string,
): [text: string, setText: (text: string) => void, clear: (sent?: string) => void] {
  const key = useOwn(name)
  const [draft] = useState(() => draftOf(key))
  const [text, setText] = useState(draft.text)

  useEffect(() => {
    const keep = () => draft.keep()
    const hear = (event: StorageEvent) => {
      // Without a key everything was cleared.
      if (event.key !== null && event.key !== prefix + key) return
      if (draft.hear(event.newValue)) setText(draft.text)
    }
    addEventListener('pagehide', keep)
    addEventListener('storage', hear)
    return () => {
      keep()
      removeEventListener('pagehide', keep)
      removeEventListener('storage', hear)
    }
  }, [draft, key])

  // A pause in typing stores it.
  useEffect(() => {
    if (text !== draft.text) return
    const timer = setTimeout(() => draft.keep(), pauseMs)
    return () => clearTimeout(timer)
  }, [draft, text])

  const write = useCallback(
    (next: string) => {
      draft.type(next)
      setText(next)
    },
    [draft],
  )
  const take = useCallback(
    (sent?: string) => {
      draft.take(sent ?? draft.text)
      setText(draft.text)
    },
    [draft],
  )
  useEffect(() => {
    boxes.set(key, take)
    return () => {
      if (boxes.get(key) === take) boxes.delete(key)
    }
  }, [key, take])
  const clear = useCallback(
    (sent?: string) => {
      const box = boxes.get(key)
      if (box) return box(sent)
      const stored = draftOf(key)
      stored.take(sent ?? stored.text)
    },
    [key],
  )
  return [text, write, clear]
}

/** The key under which a draft is sent: the same for the same words until they were sent, also after the page was left. */
export function useTryKey(name: string): TryKey {
  const key = useOwn(name)
  return useMemo(() => new TryKey(`yitong.try.${key}`, () => localStorage, randomKey), [key])
}
