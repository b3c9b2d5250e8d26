import { z } from 'zod'
import { defineQuery } from '../../access/command.ts'
import { ok } from '../../kernel/result.ts'
import { readers } from '../access.ts'
import { filterSchema } from '../filter.ts'

export const savedFilters = defineQuery(
  {
    name: 'ticket.filters',
    title: 'The saved filters of the person, and those that are shared with everybody',
    permission: { roles: readers.roles },
    input: z.object({}),
    output: z.object({
      filters: z.array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          query: filterSchema,
          shared: z.boolean(),
          mine: z.boolean(),
        }),
      ),
    }),
  },
  async ({ db, actor }) => {
    const me = actor.kind === 'user' ? actor.id : null
    const rows = await db
      .selectFrom('saved_filter')
      .select(['id', 'name', 'query', 'shared', 'userId'])
      .where((w) => w.or([w('shared', '=', true), ...(me ? [w('userId', '=', me)] : [])]))
      .orderBy('name')
      .orderBy('id')
      .execute()
    const filters = rows.flatMap(({ userId, query, ...row }) => {
      // A filter kept by an older release may hold what the list no longer knows.
      const read = filterSchema.safeParse(query)
      return read.success ? [{ ...row, query: read.data, mine: userId === me }] : []
    })
    return ok({ filters })
  },
)
