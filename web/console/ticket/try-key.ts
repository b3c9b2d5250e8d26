import type { DraftStore } from './draft-text.ts'

/**
 * Keys that make a second try of the same words the same try. Kept in the browser: a try whose answer was lost may be repeated after the
 * page was loaded again.
 */
export class TryKey {
  readonly #name: string
  readonly #storage: () => DraftStore
  readonly #fresh: () => string
  #last = { said: '', key: '' }

  /** `storage` may throw, then a key lives as long as the page. */
  constructor(name: string, storage: () => DraftStore, fresh: () => string) {
    this.#name = name
    this.#storage = storage
    this.#fresh = fresh
  }

  /** The key for what is about to be sent: that of the last try when it said the same. */
  of(said: string): string {
    const last = this.#kept() ?? this.#last
    this.#last = last.said === said ? last : { said, key: this.#fresh() }
    try {
      this.#storage().setItem(this.#name, JSON.stringify(this.#last))
    } catch {
      // Storage is full or refused.
    }
    return this.#last.key
  }

  /** It was sent: the same words again are another try. */
  done(): void {
    this.#last = { said: '', key: '' }
    try {
      this.#storage().removeItem(this.#name)
    } catch {
      // Storage is refused.
    }
  }

  #kept(): { readonly said: string; readonly key: string } | null {
    try {
      const kept: unknown = JSON.parse(this.#storage().getItem(this.#name) ?? 'null')
      const { said, key } = (kept ?? {}) as Record<string, unknown>
      return typeof said === 'string' && typeof key === 'string' ? { said, key } : null
    } catch {
      return null
    }
  }
}
