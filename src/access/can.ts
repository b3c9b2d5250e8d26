import type { Actor, Role } from '../contract/actor.ts'
import { type Result, refuse } from '../kernel/result.ts'

/** Who may run a command or query: roles for people, scopes for tokens, and the other kinds of actor by name. */
export interface Permission {
  readonly roles: readonly Role[]
  /** Scopes of the open API that allow it; none when absent. */
  readonly scopes?: readonly string[]
  /** Customers by link, engineers by card. */
  readonly also?: readonly ('link' | 'card')[]
}

/** Whether an actor may; the hub itself always may, an admin may what any person may. */
export function can(actor: Actor, permission: Permission): boolean {
  switch (actor.kind) {
    case 'system':
      return true
    case 'user':
      return (
        permission.roles.length > 0 &&
        actor.roles.some((role) => role === 'admin' || permission.roles.includes(role))
      )
    case 'token':
      return permission.scopes?.some((scope) => actor.scopes.includes(scope)) ?? false
    case 'link':
    case 'card':
      return permission.also?.includes(actor.kind) ?? false
  }
}

/** The refusal for an actor who may not; a token has no role, and hears which scope it lacks where one would do. */
export function forbid(action: string, actor?: Actor, permission?: Permission): Result<never> {
  if (actor?.kind !== 'token') return refuse('access.forbidden', { action })
  const scopes = permission?.scopes ?? []
  if (scopes.length === 0) return refuse('access.not_for_tokens', { action })
  return refuse('access.scope_missing', { action, scopes: scopes.join(' / ') })
}
