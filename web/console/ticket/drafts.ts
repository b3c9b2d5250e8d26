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

/**
 * Typed text that is never lost: kept under its key in this browser until it was sent. The component that uses it
 * carries the same `key`, so that another conversation starts with its own text.
 */
export function useDraft(key: string): [text: string, setText: (text: string) => void, clear: () => void] {
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
  const clear = useCallback(() => {
    clearTimeout(timer.current)
    latest.current = ''
    setText('')
    store(key, '')
  }, [key])
  return [text, write, clear]
}
