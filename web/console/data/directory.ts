import { useQuery } from '@tanstack/react-query'
import { ask } from '../../ui/api.ts'
import { useWords } from '../../ui/language.ts'
import { directoryNameWords } from '../words/directory.ts'
import { useAsk } from './hub.ts'

/** Opening hours as the hub stores them. */
export type Hours =
  | '24x7'
  | {
      readonly spans: readonly {
        readonly days: readonly number[]
        readonly open: string
        readonly close: string
      }[]
    }

/** A skill group. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly emergency: boolean
  readonly isDefault: boolean
  readonly intents: readonly string[]
  readonly skills: readonly string[]
  readonly regions: readonly string[]
  readonly languages: readonly string[]
  readonly tiers: readonly string[]
  readonly channels: readonly string[]
  readonly hours: Hours
  readonly capacity: number | null
  readonly staffIds: readonly string[]
  /** Tickets not finished. */
  readonly load: number
  readonly active: boolean
  readonly version: number
}

/** A person who can be given work. */
export interface StaffMember {
  readonly id: string
  readonly number: string
  readonly name: string
  readonly phone: string | null
  readonly email: string | null
  readonly languages: readonly string[]
  readonly skills: readonly string[]
  readonly certs: readonly string[]
  readonly status: 'idle' | 'busy' | 'leave' | 'offline'
  readonly maxLoad: number
  readonly load: number
  readonly shift: Hours | null
  readonly groupIds: readonly string[]
  readonly duties: readonly string[]
  readonly active: boolean
  readonly version: number
}

/** All skill groups. */
export function useGroups() {
  return useQuery({
    queryKey: ['directory', 'groups'],
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      (await ask<{ readonly groups: readonly Group[] }>('group.list', {}, signal)).groups,
  })
}

/** All staff. */
export function useStaff() {
  return useQuery({
    queryKey: ['directory', 'staff'],
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      (await ask<{ readonly staff: readonly StaffMember[] }>('staff.list', {}, signal)).staff,
  })
}

/** Names of groups and people by id, also of those that are switched off: what happened keeps its names. */
export function useNameOf(): (id: unknown) => string | undefined {
  const groups = useAsk('group.list', { includeInactive: true })
  const staff = useAsk('staff.list', { includeInactive: true })
  const t = useWords(directoryNameWords)
  const all = [...(groups.data?.groups ?? []), ...(staff.data?.staff ?? [])]
  return (id) => {
    if (typeof id !== 'string') return undefined
    return all.find((each) => each.id === id)?.name ?? (groups.data && staff.data ? t('gone') : undefined)
  }
}
