const minute = 60_000

/** One right to write to a follower, as the vendor counts it. */
interface Right {
  readonly untilMs: number
  left: number
}

/** What followers' acts allow the account to send: five in 48 hours after a message, three in a minute after a click or scan. */
export class Quotas {
  readonly #rights = new Map<string, { message?: Right; event?: Right }>()

  wrote(user: string, nowMs: number): void {
    this.#of(user).message = { untilMs: nowMs + 48 * 60 * minute, left: 5 }
  }

  clicked(user: string, nowMs: number): void {
    this.#of(user).event = { untilMs: nowMs + minute, left: 3 }
  }

  /** Takes one message; otherwise the error code that the vendor gives. */
  take(user: string, nowMs: number): 0 | 45015 | 45047 {
    const open = Object.values(this.#of(user)).filter((right) => right.untilMs > nowMs)
    const usable = open.find((right) => right.left > 0)
    if (usable) {
      usable.left--
      return 0
    }
    return open.length > 0 ? 45047 : 45015
  }

  #of(user: string): { message?: Right; event?: Right } {
    const rights = this.#rights.get(user) ?? {}
    this.#rights.set(user, rights)
    return rights
  }
}
