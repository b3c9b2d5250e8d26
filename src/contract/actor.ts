/** What a person may do follows from these. */
export const roles = ['admin', 'supervisor', 'agent', 'dispatcher', 'engineer', 'auditor'] as const
export type Role = (typeof roles)[number]

/** On whose behalf something happens. Every command and every stored change names one. */
export type Actor =
  /** A person signed in to the console. */
  | {
      readonly kind: 'user'
      readonly id: string
      readonly name: string
      readonly roles: readonly Role[]
      readonly staffId: string | null
    }
  /** A program with a scoped token of the open API. */
  | {
      readonly kind: 'token'
      readonly id: string
      readonly name: string
      readonly scopes: readonly string[]
      readonly accountId: string | null
    }
  /** A customer who holds a signed link (progress page, expedite). */
  | { readonly kind: 'link'; readonly id: string; readonly ticketId: string }
  /** An engineer who tapped a card, known by the vendor's signed id. */
  | { readonly kind: 'card'; readonly id: string; readonly staffId: string }
  /** The hub itself: a worker, a timer, the first run. */
  | { readonly kind: 'system'; readonly id: string }

/** The hub itself, acting in the named part. */
export function systemActor(id: string): Actor {
  return { kind: 'system', id }
}
