import { z } from 'zod'
import { defineQuery } from '../access/command.ts'
import { ok, refuse } from '../kernel/result.ts'
import { readSubmission, type Submission } from './submission.ts'

/** What the hub and its people said; a program knows what it filed. */
const answersOf = ({ answers }: Submission) => answers.filter(({ author }) => author !== 'customer')

/** What became of a request that a program filed; a token sees only those of its own channel account. */
export const receiptQuery = defineQuery(
  {
    name: 'conversation.receipt',
    title: 'What became of a filed request: its ticket and the answers so far',
    permission: { roles: ['agent', 'supervisor', 'dispatcher', 'auditor'], scopes: ['intake'] },
    input: z.object({ id: z.uuid() }),
    output: z.object({
      id: z.string(),
      /** `received`: stored, not read yet. */
      state: z.enum(['received', 'read']),
      receivedAt: z.string(),
      ticket: z.object({ number: z.string(), status: z.string(), updatedAt: z.string() }).nullable(),
      /** Oldest first; only what has been sent. */
      answers: z.array(
        z.object({ id: z.string(), at: z.string(), author: z.enum(['agent', 'system']), text: z.string() }),
      ),
    }),
  },
  async ({ db, actor }, { id }) => {
    const submission = await readSubmission(db, id)
    const foreign = actor.kind === 'token' && submission?.accountId !== actor.accountId
    if (!submission || foreign) return refuse('not_found', { what: 'receipt' })
    const ticket = submission.ticketId
      ? await db
          .selectFrom('ticket')
          .select(['number', 'status', 'updatedAt'])
          .where('id', '=', submission.ticketId)
          .executeTakeFirst()
      : undefined
    return ok({
      id,
      state: submission.said === null ? ('received' as const) : ('read' as const),
      receivedAt: submission.receivedAt.toISOString(),
      ticket: ticket ? { ...ticket, updatedAt: ticket.updatedAt.toISOString() } : null,
      answers: answersOf(submission).map(({ author, at, ...answer }) => ({
        ...answer,
        at: at.toISOString(),
        author: author === 'agent' ? ('agent' as const) : ('system' as const),
      })),
    })
  },
)
