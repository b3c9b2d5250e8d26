import { z } from 'zod'
import { type Command, defineCommand } from '../access/command.ts'
import type { NewJob } from '../contract/jobs.ts'
import { ok, refuse } from '../kernel/result.ts'
import { json } from '../store/index.ts'
import { recordingsOf } from './transcribe.ts'

/** How long a recording that a person asks for again is waited for, ms. */
const patienceMs = 3_600_000

/** What people can have done with calls. */
export const commands: readonly Command[] = [
  defineCommand(
    {
      name: 'call.transcribe',
      title: 'Tries again to fetch and transcribe the recording of a call; a transcript that is there stays',
      permission: { roles: ['supervisor', 'agent', 'dispatcher'], scopes: ['conversations:write'] },
      input: z.object({ messageId: z.uuid() }),
      output: z.object({}),
    },
    async ({ tx, nowMs }, { messageId }) => {
      const call = await tx
        .selectFrom('call')
        .select(['state', 'conversationId'])
        .where('messageId', '=', messageId)
        .forUpdate()
        .executeTakeFirst()
      if (!call) return refuse('not_found', { what: 'call' })
      if (call.state === 'transcribed') return refuse('call.transcribed')
      const files = await recordingsOf(tx, messageId)
      if (files.length === 0) return refuse('call.no_recording')
      const jobs: NewJob[] = []
      if (files.some((file) => file.state === 'stored')) {
        const serialKey = `conversation:${call.conversationId}`
        jobs.push({ kind: 'call.transcribe', payload: { messageId }, uniqueKey: messageId, serialKey })
      } else {
        const patience = { firstDelayMs: 5_000, sinceMs: nowMs, untilMs: nowMs + patienceMs }
        await tx
          .updateTable('attachment')
          .set({ state: 'pending', reason: null, patience: json(patience) })
          .where('messageId', '=', messageId)
          .where('ref', 'is not', null)
          .execute()
        for (const { id } of files)
          jobs.push({ kind: 'attachment.fetch', payload: { attachmentId: id }, uniqueKey: id })
      }
      await tx
        .updateTable('call')
        .set({ state: 'open', reason: null })
        .where('messageId', '=', messageId)
        .execute()
      const data = { conversationId: call.conversationId, ended: true }
      const event = { type: 'call.reported' as const, subject: 'call', subjectId: messageId, data }
      return ok({ value: {}, events: [event], jobs })
    },
  ),
]
