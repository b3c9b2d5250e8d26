import { useEffect } from 'react'
import { useWords } from '../../ui/language.ts'
import { commonWords } from '../words/terms.ts'
import { useSure } from './sure.ts'

/** A box that was emptied holds the same as one that was never filled. */
function meant(value: unknown): unknown {
  if (value === '' || value === null || value === undefined) return undefined
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(meant)
  if (typeof value !== 'object') return value
  const members = Object.entries(value)
    .map(([name, member]) => [name, meant(member)] as const)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return members.length === 0 ? undefined : members
}

/** Whether two fillings of a form say the same. */
export function sameFilling(a: unknown, b: unknown): boolean {
  return JSON.stringify(meant(a)) === JSON.stringify(meant(b))
}

/** The one way out of a drawer: asks when something typed is not saved, as the browser does when the page itself is left. */
export function useLeave(changed: () => boolean, close: () => void): () => void {
  const t = useWords(commonWords)
  const sure = useSure()
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (changed()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [changed])
  return () => {
    if (!changed()) return close()
    sure({ title: t('unsaved'), okText: t('giveUp'), cancelText: t('keepWriting'), onOk: close })
  }
}
