import type { Actor } from '../contract/actor.ts'
import type { JsonObject } from '../kernel/json.ts'
import { json, type Tx } from '../store/index.ts'

/** One line of the audit log. */
export interface AuditEntry {
  readonly atMs: number
  readonly actor: Actor
  /** `room.verb`, the command or query that did it. */
  readonly action: string
  /** What was seen or changed: `user:<id>`, `ticket:<id>` … */
  readonly resource: string
  /** Small facts: which members changed, from which state to which; no personal data and no secrets. */
  readonly detail?: JsonObject
}

/** Writes an entry in the transaction of the change itself. The chain is made afterwards (`chain.ts`). */
export async function audit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit_log')
    .values({
      at: new Date(entry.atMs),
      actor: json(entry.actor),
      action: entry.action,
      resource: entry.resource,
      detail: json(entry.detail ?? {}),
    })
    .execute()
}
