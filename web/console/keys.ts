import { useEffect, useRef } from 'react'

/** Keys of a page: `j`, `/`, `?`, `g t` (one after the other), `ctrl+enter`. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>

const sequenceMs = 1_200
let pending = ''
let pendingAt = 0

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  if (!element?.tagName) return false
  return (
    element.isContentEditable ||
    element.tagName === 'TEXTAREA' ||
    element.tagName === 'SELECT' ||
    (element.tagName === 'INPUT' &&
      !['checkbox', 'radio', 'button'].includes((element as HTMLInputElement).type))
  )
}

/** Enter on a control is that control's own. */
const pressing = (target: EventTarget | null, name: string) =>
  name === 'enter' &&
  target instanceof Element &&
  target.closest('a[href], button, summary, .openable, [role=menuitem], [role=option], [role=tab]') !== null

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase()
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key
}

/** While a dialog or drawer is open, the keys of the page below it are off. */
export const covered = () =>
  document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open') !== null

/** Listens to single keys and two-key sequences while the component is there; never while somebody types. */
export function useKeys(keys: KeyMap, active = true): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    if (!active) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey || covered()) return
      const name = nameOf(event)
      if (typing(event.target) && !name.startsWith('ctrl+')) return
      if (pressing(event.target, name)) return
      const sequence = pending && Date.now() - pendingAt < sequenceMs ? `${pending} ${name}` : name
      const run = current.current[sequence] ?? current.current[name]
      if (run) {
        event.preventDefault()
        run(event)
      }
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [active])
}

/** Remembers the first key of a sequence; mounted once, after every page's own listeners. */
export function useKeySequences(starters: readonly string[]): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (typing(event.target)) return
      const name = nameOf(event)
      pending = pending === '' && starters.includes(name) ? name : ''
      pendingAt = Date.now()
    }
    // After the bubbling listeners of the pages, so that they still see the first key.
    const later = (event: KeyboardEvent) => queueMicrotask(() => listen(event))
    addEventListener('keydown', later)
    return () => removeEventListener('keydown', later)
  }, [starters])
}
