import { unsent } from '../../ui/unsent.ts'

/** What of the browser's storage a draft needs. */
export type DraftStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * A typed text that all tabs of this browser share under its key. A tab stores only what was typed in it since it last read or
 * stored, so that the newest text wins and one that was sent elsewhere does not come back.
 */
export class DraftText {
  readonly #storage: () => DraftStore
  readonly #key: string
  #text: string
  #typed = false

  /** Reads what is stored; `storage` may throw, then the text lives as long as the page. */
  constructor(key: string, storage: () => DraftStore) {
    this.#key = key
    this.#storage = storage
    this.#text = this.#stored()
  }

  get text(): string {
    return this.#text
  }

  #stored(): string {
    try {
      return this.#storage().getItem(this.#key) ?? ''
    } catch {
      return ''
    }
  }

  /** Somebody typed; `keep` stores it. */
  type(text: string): void {
    this.#text = text
    this.#typed = true
  }

  /** Stores what was typed here and is not stored yet. */
  keep(): void {
    if (!this.#typed) return
    this.#typed = false
    try {
      if (this.#text === '') this.#storage().removeItem(this.#key)
      else this.#storage().setItem(this.#key, this.#text)
    } catch {
      // Storage is full or refused.
    }
  }

  /** Takes what was sent away, for all tabs. */
  take(sent: string): void {
    this.type(unsent(this.#text, sent))
    this.keep()
  }

  /** Another tab stored or sent a text (null); true when it is now this one's too. What is being typed here is newer. */
  hear(stored: string | null): boolean {
    if (this.#typed || (stored ?? '') === this.#text) return false
    this.#text = stored ?? ''
    return true
  }
}
