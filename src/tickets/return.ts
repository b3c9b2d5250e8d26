import type { CommandContext } from '../access/command.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { Reader } from '../store/index.ts'
import { causeOf } from './access.ts'
import { moveTicket } from './move.ts'
import { lockTicket } from './row.ts'

/** Why a ticket came back, as a code; the pages have the words for it. */
const engineerRemoved = 'engineer_removed'

/**
 * Takes live tickets from people who leave the directory: each waits in its group for a dispatcher again, or in none where
 * the group is switched off, and its timeline says why.
 */
export async function returnTickets(ctx: CommandContext, staffIds: readonly string[]): Promise<Effects> {
  if (staffIds.length === 0) return noEffects
  const held = await ctx.tx
    .selectFrom('ticket')
    .select(['id', 'groupId'])
    .where('assigneeId', 'in', [...staffIds])
    .where('status', 'in', ['assigned', 'in_progress', 'on_hold'])
    .orderBy('id')
    .execute()
  const cause = causeOf(ctx)
  const effects: Effects[] = []
  for (const { id, groupId } of held) {
    const locked = await lockTicket(ctx.tx, id, ctx.actor)
    if (!locked.ok) continue
    const to = { groupId: await activeGroup(ctx.tx, groupId) }
    const moved = await moveTicket(
      ctx.tx,
      locked.value,
      { name: 'transfer', to, reason: engineerRemoved },
      cause,
    )
    if (moved.ok) effects.push(moved.value.effects)
  }
  return joinEffects(noEffects, ...effects)
}

async function activeGroup(db: Reader, groupId: string | null): Promise<string | null> {
  if (groupId === null) return null
  const group = await db
    .selectFrom('skill_group')
    .select('id')
    .where('id', '=', groupId)
    .where('active', '=', true)
    .executeTakeFirst()
  return group?.id ?? null
}
