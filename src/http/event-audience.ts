import { can, type Permission } from '../access/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { PlacedEvent } from '../queue/index.ts'

const service: Permission = {
  roles: ['supervisor', 'agent', 'dispatcher', 'auditor'],
  scopes: ['events:read'],
}
const operators: Permission = { roles: ['supervisor', 'auditor'] }
const everybody: Permission = {
  roles: ['supervisor', 'agent', 'dispatcher', 'engineer', 'auditor'],
  scopes: ['events:read'],
}

/** Who hears of what, by the first word of the event's type. What is not listed only administrators hear. */
export const audience: Readonly<Record<string, Permission>> = {
  ticket: service,
  conversation: service,
  message: service,
  attachment: service,
  call: service,
  contact: service,
  desk: service,
  offer: service,
  incident: service,
  outbox: service,
  envelope: operators,
  job: operators,
  connection: operators,
  channel: operators,
  webhook: operators,
  directory: everybody,
  catalogue: everybody,
  knowledge: service,
  setting: everybody,
  evaluation: { roles: ['supervisor'] },
}

const nobody: Permission = { roles: [] }

/** Whether an event is sent to this reader. Engineers hear of the tickets that come to them or leave them. */
export function mayHear(actor: Actor, event: Pick<PlacedEvent, 'type' | 'data'>): boolean {
  const topic = event.type.split('.', 1)[0]!
  if (actor.kind === 'user' && actor.roles.includes('admin')) return true
  if (can(actor, audience[topic] ?? nobody)) return true
  if (topic !== 'ticket' || actor.kind !== 'user' || !actor.roles.includes('engineer')) return false
  const data = event.data as Record<string, unknown> | null
  const named = [data?.assigneeId, data?.fromAssigneeId, data?.engineerId]
  return actor.staffId !== null && named.includes(actor.staffId)
}
