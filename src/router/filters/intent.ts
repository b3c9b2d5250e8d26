import type { GroupFilter } from '../context.ts'

/** The group takes the ticket's intent; `*` takes any. */
export const intent: GroupFilter = (group, { input }) => ({
  ok: group.intents.includes('*') || group.intents.includes(input.ticket.intent),
  needed: input.ticket.intent,
  found: [...group.intents],
})
