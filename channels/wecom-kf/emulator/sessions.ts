const hour = 3_600_000

/** What a customer sees. */
export interface Shown {
  readonly msgid: string
  readonly msgtype: string
  readonly words: string
  /** Items that can be tapped: id and words. */
  readonly items: readonly { readonly id: string; readonly words: string }[]
}

/** Service states (document 94669). */
export type State = 0 | 1 | 2 | 3 | 4

interface Session {
  state: State
  servicer: string
  untilMs: number
  left: number
  readonly screen: Shown[]
}

/** The sessions of customers, each with its state and with what may still be sent into it. */
export class Sessions {
  readonly #sessions = new Map<string, Session>()
  refusedByWindow = 0

  of(user: string): Session {
    const known = this.#sessions.get(user)
    if (known) return known
    const session: Session = { state: 4, servicer: '', untilMs: 0, left: 0, screen: [] }
    this.#sessions.set(user, session)
    return session
  }

  /** The customer writes: a new session if the last one has ended, and five messages in 48 hours. */
  wrote(user: string, nowMs: number): void {
    const session = this.of(user)
    if (session.state === 4) session.state = 0
    session.untilMs = nowMs + 48 * hour
    session.left = 5
  }

  /** Takes a message, or says with which error it is refused. A message id that was seen before is taken and not shown again. */
  take(user: string, shown: Shown, nowMs: number): 0 | 95001 | 95013 | 95018 {
    const session = this.of(user)
    if (session.screen.some(({ msgid }) => msgid === shown.msgid)) return 0
    if (session.state === 2 || session.state === 3) return 95018
    const refused = session.untilMs <= nowMs ? 95013 : session.left <= 0 ? 95001 : 0
    if (refused !== 0) {
      this.refusedByWindow++
      return refused
    }
    if (session.state === 4) return 95018
    session.left--
    session.screen.push(shown)
    return 0
  }

  shown(): readonly Shown[] {
    return [...this.#sessions.values()].flatMap(({ screen }) => screen)
  }
}
