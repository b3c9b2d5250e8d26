import type { Hours, RoutingEngineer, RoutingGroup, RoutingPolicy, RoutingRule } from '../contract/routing.ts'
import { hashOf } from '../kernel/hash.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Reader } from '../store/index.ts'
import { defaultPolicy, parsePolicy } from './policy.ts'

/** What a decision reads of the configuration: everything but loads, capacities and the ticket. Named by its content hash. */
export interface Directory {
  readonly hash: string
  readonly body: DirectoryBody
}

export interface DirectoryBody {
  readonly groups: readonly (Omit<RoutingGroup, 'capacityLeft'> & { readonly capacity: number | null })[]
  readonly engineers: readonly Omit<RoutingEngineer, 'load'>[]
  readonly rules: readonly RoutingRule[]
  readonly policy: RoutingPolicy
}

/** Reads the directory as it is now. */
export async function readDirectory(db: Reader): Promise<Directory> {
  const [groups, members, staff, rules, policy] = await Promise.all([
    db.selectFrom('skill_group').selectAll().where('active', '=', true).orderBy('id').execute(),
    db.selectFrom('staff_group').selectAll().orderBy('groupId').execute(),
    db.selectFrom('staff').selectAll().where('active', '=', true).orderBy('id').execute(),
    db
      .selectFrom('routing_rule')
      .selectAll()
      .where('enabled', '=', true)
      .orderBy('position')
      .orderBy('id')
      .execute(),
    readPolicy(db),
  ])
  const body: DirectoryBody = {
    groups: groups.map((g) => ({
      id: g.id,
      name: g.name,
      emergency: g.emergency,
      isDefault: g.isDefault,
      intents: g.intents,
      skills: g.skills,
      regions: g.regions,
      languages: g.languages,
      tiers: g.tiers,
      channels: g.channels,
      hours: g.hours as Hours,
      capacity: g.capacity,
    })),
    engineers: staff
      .filter((s) => s.duties.includes('engineer'))
      .map((s) => ({
        id: s.id,
        name: s.name,
        groupIds: members.filter((m) => m.staffId === s.id).map((m) => m.groupId),
        skills: s.skills,
        certs: s.certs,
        languages: s.languages,
        status: s.status,
        maxLoad: s.maxLoad,
        shift: s.shift as Hours | null,
        location: s.lat !== null && s.lng !== null ? { lat: s.lat, lng: s.lng } : null,
        maxKm: s.maxKm,
      })),
    rules: rules.map((r) => ({ id: r.id, name: r.name, when: r.when as JsonValue, groupId: r.groupId })),
    policy,
  }
  return { hash: hashOf(body), body }
}

/** The policy that is stored, or the default one. */
export async function readPolicy(db: Reader): Promise<RoutingPolicy> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'routing.policy')
    .executeTakeFirst()
  if (!row) return defaultPolicy
  const parsed = parsePolicy(row.value)
  return parsed.ok ? parsed.value : defaultPolicy
}

/** Tells whether a snapshot is stored. Snapshots are never deleted, so what was there once need not be asked again. */
export function knownSnapshots(): (db: Reader, hash: string) => Promise<boolean> {
  let known: string | null = null
  return async (db, hash) => {
    if (known === hash) return true
    const row = await db
      .selectFrom('routing_snapshot')
      .select('hash')
      .where('hash', '=', hash)
      .executeTakeFirst()
    if (row) known = hash
    return row !== undefined
  }
}
