import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, Refused, rememberCsrfToken, tell } from '../../ui/api.ts'
import { endLive } from '../../ui/live.ts'
import { setBusinessZone } from '../../ui/zone.ts'

/** A role of the hub. */
export type Role = 'admin' | 'supervisor' | 'agent' | 'dispatcher' | 'engineer' | 'auditor'

/** Who is signed in, and what the pages need to know of the hub. */
export interface Session {
  readonly user: {
    readonly id: string
    readonly login: string
    readonly name: string
    readonly roles: readonly Role[]
    readonly staffId: string | null
  }
  readonly csrf: string
  /** Of the business; times are shown in it. */
  readonly timeZone: string
}

const key = ['session']

/** The session, or null when nobody is signed in. */
export function useSession() {
  return useQuery({
    queryKey: key,
    staleTime: Number.POSITIVE_INFINITY,
    retry: (count, error) => error instanceof Refused && error.status === 0 && count < 3,
    queryFn: async (): Promise<Session | null> => {
      try {
        const session = await ask<Session>('session.me')
        rememberCsrfToken(session.csrf)
        setBusinessZone(session.timeZone)
        return session
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return null
        throw error
      }
    },
  })
}

/** Signs in; throws `Refused` with `access.bad_credentials` or `access.locked`. */
export async function signIn(login: string, password: string): Promise<void> {
  const session = await tell<Session>('session.signIn', { login, password })
  rememberCsrfToken(session.csrf)
}

/** Changes the own password; other sessions end. Throws `Refused` with `access.bad_credentials`, `access.weak_password` or `access.locked`. */
export async function changePassword(current: string, password: string): Promise<void> {
  const session = await tell<Session>('session.changePassword', { current, password })
  rememberCsrfToken(session.csrf)
}

/** Ends the session and forgets everything that was read. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await tell('session.signOut').catch(() => null)
    endLive()
    client.clear()
    location.assign('/')
  }
}

/** Whether the roles allow it; an administrator may everything a person may. */
export function mayDo(session: Session | null | undefined, roles: readonly Role[]): boolean {
  return session?.user.roles.some((role) => role === 'admin' || roles.includes(role)) ?? false
}
