import { useEffect } from 'react'
import { covered } from './keys.ts'

/** Most controls that are remembered. */
const kept = 200
const floating = '.ant-modal-root, .ant-drawer, .ant-dropdown'

/** What can take the focus now. */
const takes = (element: HTMLElement) => element.isConnected && element.checkVisibility()

/**
 * When a dialog, drawer or menu goes away and leaves the focus nowhere, it returns to the control that had it before. Mounted
 * once: dialogs here leave the page at once, so that they cannot do it themselves.
 */
export function useFocusReturn(): void {
  useEffect(() => {
    // Controls that had the focus, the newest last.
    const had = new Set<HTMLElement>()
    let floats: HTMLElement | null = null
    const focused = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement)) return
      floats = target.closest(floating) ? target : null
      // An open dialog takes the focus back at once; that was nobody's wish.
      if (!floats && covered()) return
      had.delete(target)
      had.add(target)
      if (had.size > kept) for (const each of had) if (!each.isConnected) had.delete(each)
    }
    const left = new MutationObserver(() => {
      const lost = floats && !floats.isConnected && document.activeElement === document.body
      if (lost) [...had].findLast(takes)?.focus()
    })
    document.addEventListener('focusin', focused)
    left.observe(document.body, { childList: true })
    return () => {
      document.removeEventListener('focusin', focused)
      left.disconnect()
    }
  }, [])
}
