import { createContext, useContext } from 'react'
import type { Session } from '../data/session.ts'

/** The signed-in person, for every page below the shell. */
export const SessionContext = createContext<Session | null>(null)

/** The signed-in person; a page is never drawn without one. */
export function useSignedIn(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('used outside the signed-in shell')
  return session
}
