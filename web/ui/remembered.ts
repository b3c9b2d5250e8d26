import { useSyncExternalStore } from 'react'

/** A small value kept in this browser and shared by all its tabs. */
export interface Remembered<T extends string> {
  get(): T
  set(value: T): void
  /** The value as React state. */
  use(): T
}

/** Keeps one of `allowed` under `key` in localStorage; `fallback` decides when nothing valid is stored. */
export function remembered<T extends string>(
  key: string,
  allowed: readonly T[],
  fallback: () => T,
): Remembered<T> {
  const listeners = new Set<() => void>()
  let current = read()

  function read(): T {
    try {
      const stored = localStorage.getItem(key) as T | null
      return stored && allowed.includes(stored) ? stored : fallback()
    } catch {
      return fallback()
    }
  }
  function announce() {
    for (const listener of listeners) listener()
  }
  if (typeof addEventListener === 'function')
    addEventListener('storage', (event: StorageEvent) => {
      if (event.key !== key) return
      current = read()
      announce()
    })
  const get = () => current
  return {
    get,
    set(value) {
      current = value
      try {
        localStorage.setItem(key, value)
      } catch {
        // Private windows may refuse storage; the value then lasts as long as the page.
      }
      announce()
    },
    use: () =>
      useSyncExternalStore((listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }, get),
  }
}
