import { useCallback, useEffect, useRef, useState } from 'react'

const prefix = 'yitong.draft.'
const pauseMs = 300

function stored(key: string): string {
  try {
    return localStorage.getItem(prefix + key) ?? ''
  } catch {
    return ''
  }
}

function store(key: string, text: string) {
  try {
    if (text === '') localStorage.removeItem(prefix + key)
    else localStorage.setItem(prefix + key, text)
  } catch {
    // Storage is full or refused: the text lives as long as the page.
  }
}

/** What stays of a text when `sent` of it is on its way: what was typed on; all of it when it became another text. */
export function unsent(text: string, sent: string): string {
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : text
}

/** The boxes on the page by their key: a text can be sent by a box that is gone when the answer arrives. */
const boxes = new Map<string, (sent: string) => void>()

/**
 * Typed text that is never lost: kept under its key in this browser until it was sent. The component that uses it
 * carries the same `key`, so that another conversation starts with its own text. `clear` with what was sent keeps what was
 * typed meanwhile.
 */
export function useDraft(
  key: string,
): [text: string, setText: (text: string) => void, clear: (sent?: string) => void] {
  const [text, setText] = useState(() => stored(key))
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(text)

  useEffect(() => {
    const flush = () => store(key, latest.current)
    addEventListener('pagehide', flush)
    return () => {
      clearTimeout(timer.current)
      flush()
      removeEventListener('pagehide', flush)
    }
  }, [key])

  const write = useCallback(
    (next: string) => {
      latest.current = next
      setText(next)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => store(key, next), pauseMs)
    },
    [key],
  )
  const take = useCallback(
    (sent: string) => {
      clearTimeout(timer.current)
      latest.current = unsent(latest.current, sent)
      setText(latest.current)
      store(key, latest.current)
    },
    [key],
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
      if (box) box(sent ?? latest.current)
      else store(key, sent === undefined ? '' : unsent(stored(key), sent))
    },
    [key],
  )
  return [text, write, clear]
}
