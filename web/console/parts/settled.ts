import { useEffect, useRef, useState } from 'react'

/** The typed word once nothing was typed for a moment: what a search asks for. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    timer.current = setTimeout(() => setSettled(text.trim()), 250)
    return () => clearTimeout(timer.current)
  }, [text])
  return settled
}
