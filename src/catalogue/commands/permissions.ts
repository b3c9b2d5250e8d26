import { z } from 'zod'

/** Who changes products, devices and sites. */
export const writers = { roles: ['admin'], scopes: ['catalogue:write'] } as const
/** Who may see customers' devices and sites. */
export const desk = {
  roles: ['supervisor', 'agent', 'dispatcher', 'auditor'],
  scopes: ['catalogue:read'],
} as const
/** Who reads what the company sells. */
export const everybody = {
  roles: ['supervisor', 'agent', 'dispatcher', 'engineer', 'auditor'],
  scopes: ['catalogue:read'],
} as const

/** The row that a change names, at the version that was read. */
export const target = { id: z.uuid(), version: z.int().min(1) }
/** What a change answers. */
export const saved = z.object({ id: z.string(), version: z.int() })
