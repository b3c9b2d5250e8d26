import { z } from 'zod'
import { type CommandContext, defineCommand } from '../../access/command.ts'
import { tagTree } from '../../catalogue/index.ts'
import { risks } from '../../contract/labels.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changedTicket, onTicket, target, workers } from '../access.ts'
import { type Changed, changeFields } from '../change.ts'
import { type LabelChange, labelledBy, type Named, readLabels, unlabelledBy } from '../labels.ts'
import type { Cause } from '../record.ts'
import type { Ticket } from '../row.ts'

const input = z.object({
  ...target,
  label: z.discriminatedUnion('kind', [
    /** A path of the tree of tags. */
    z.object({ kind: z.literal('tag'), value: z.string().min(1).max(200) }),
    z.object({ kind: z.literal('risk'), value: z.enum(risks) }),
  ]),
})

async function relabel(
  ctx: CommandContext,
  ticket: Ticket,
  cause: Cause,
  labelled: LabelChange | null,
): Promise<Result<Changed>> {
  const { fields, custom } = ticket
  const change = { fields, custom, changed: [], suggested: [], labelled }
  return ok(await changeFields(ctx.tx, ticket, change, cause))
}

/** A tag must stand in the tree; one that stood there once may still be taken off. */
async function known(ctx: CommandContext, { kind, value }: Named): Promise<Result<null>> {
  if (kind === 'risk' || (await tagTree(ctx.tx)).some(({ path }) => path === value)) return ok(null)
  return refuse('tags.unknown', { path: value })
}

const addLabel = defineCommand(
  {
    name: 'ticket.addLabel',
    title: 'Puts a tag of the tree or a risk on a ticket; a label that a machine read is confirmed',
    permission: workers,
    input,
    output: changedTicket,
  },
  async (ctx, { label, ...of }) =>
    await onTicket(ctx, of, async (ticket, cause) => {
      const may = await known(ctx, label)
      if (!may.ok) return may
      return await relabel(ctx, ticket, cause, labelledBy(readLabels(ticket.labels), label, ctx.commandId))
    }),
)

const removeLabel = defineCommand(
  {
    name: 'ticket.removeLabel',
    title: 'Takes a tag or a risk off a ticket; no machine puts it back',
    permission: workers,
    input,
    output: changedTicket,
  },
  async (ctx, { label, ...of }) =>
    await onTicket(ctx, of, (ticket, cause) =>
      relabel(ctx, ticket, cause, unlabelledBy(readLabels(ticket.labels), label)),
    ),
)

export const labelCommands = [addLabel, removeLabel]
