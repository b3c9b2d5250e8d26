import type { Actor } from '../contract/actor.ts'
import type { EventType, NewEvent } from '../contract/events.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Tx } from '../store/index.ts'
import { audit } from './entry.ts'

/** A change of configuration, as the audit log and the followers of events get it. */
export interface Change {
  /** The command that made it. */
  readonly action: string
  readonly event: EventType
  /** What was changed: staff, group, device … */
  readonly subject: string
  readonly id: string
  /** Names of the members that were given; never their values. */
  readonly members?: readonly string[]
}

/** Writes a change into the audit log and answers its event. */
export async function recordChange(
  { tx, actor, nowMs }: { readonly tx: Tx; readonly actor: Actor; readonly nowMs: number },
  { action, event, subject, id, members }: Change,
): Promise<readonly NewEvent[]> {
  const detail: JsonObject = members ? { members: [...members] } : {}
  await audit(tx, { atMs: nowMs, actor, action, resource: `${subject}:${id}`, detail })
  return [{ type: event, subject, subjectId: id, data: {} }]
}
