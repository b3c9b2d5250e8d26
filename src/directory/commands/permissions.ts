import { z } from 'zod'
import type { Role } from '../../contract/actor.ts'

/** Who changes the directory. */
export const writers = { roles: ['admin'], scopes: ['directory:write'] } as const
/** Who plans people's days. */
export const planners: readonly Role[] = ['supervisor', 'dispatcher']
/** Who reads the directory's structure. */
export const everybody = {
  roles: ['supervisor', 'agent', 'dispatcher', 'engineer', 'auditor'],
  scopes: ['directory:read'],
} as const

/** The row that a change names, at the version that was read. */
export const target = { id: z.uuid(), version: z.int().min(1) }
/** What a change answers. */
export const saved = z.object({ id: z.string(), version: z.int() })
