import { z } from 'zod'
import { type Command, type CommandContext, defineCommand } from '../access/index.ts'
import type { NewJob } from '../contract/jobs.ts'
import { sha256 } from '../kernel/hash.ts'
import { derivedId } from '../kernel/ids.ts'
import { ok, refuse } from '../kernel/result.ts'
import { languageCode, messageLanguage } from '../languages/index.ts'
import { json, sql, type Tx } from '../store/index.ts'
import { longest } from './translate.ts'

const permission = {
  roles: ['supervisor', 'agent', 'dispatcher'],
  scopes: ['conversations:write'],
} as const satisfies Command['permission']

const requestInput = z.object({
  conversationId: z.uuid(),
  messageIds: z.array(z.uuid()).min(1).max(50),
  /** Into this language. */
  lang: languageCode,
})

const draftInput = z.object({
  conversationId: z.uuid(),
  text: z.string().trim().min(1).max(longest),
  /** Into this language: the customer's. */
  lang: languageCode,
})

const translateJob = (translationId: string): NewJob => ({
  kind: 'message.translate',
  payload: { translationId },
  uniqueKey: translationId,
})

async function knows(tx: Tx, conversationId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('conversation')
    .select('id')
    .where('id', '=', conversationId)
    .where('erasedAt', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets kept answers of the model that no translation rests on any more. */
export async function forgetAnswers(tx: Tx, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return
  await sql`
    delete from model_call m where m."hash" = any(${[...hashes]}::text[])
      and not exists (select 1 from translation t where m."hash" = any(t."calls"))`.execute(tx)
}

/** Writes down that a message is to be translated; false when it is already, or waits to be. */
async function ask(
  { tx, nowMs, actor }: CommandContext,
  message: { readonly id: string; readonly text: string },
  { conversationId, lang }: z.infer<typeof requestInput>,
): Promise<boolean> {
  const asked = { requestedBy: json(actor), requestedAt: new Date(nowMs), state: 'pending' }
  const sourceHash = sha256(message.text)
  const written = await tx
    .insertInto('translation')
    .values({
      ...{ id: derivedId('translation', message.id, lang), messageId: message.id, kind: 'message' },
      ...{ conversationId, lang, sourceHash, sourceLang: messageLanguage(message.text), ...asked },
      calls: [],
    })
    .onConflict((c) =>
      c
        .columns(['messageId', 'lang'])
        .doUpdateSet((e) => ({
          ...{ refusal: null, text: null, sourceHash, ...asked },
          attempts: e('translation.attempts', '+', 1),
        }))
        .where((e) =>
          e.and([
            e('translation.kind', '=', 'message'),
            e.or([e('translation.state', '=', 'refused'), e('translation.sourceHash', '!=', sourceHash)]),
          ]),
        ),
    )
    .executeTakeFirst()
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n
}

async function request(ctx: CommandContext, given: z.infer<typeof requestInput>) {
  const { conversationId, lang } = given
  if (!(await knows(ctx.tx, conversationId))) return refuse('not_found', { what: 'conversation' })
  const wanted = [...new Set(given.messageIds)]
  const messages = await ctx.tx
    .selectFrom('message')
    .select(['id', 'text'])
    .where('conversationId', '=', conversationId)
    .where('direction', '!=', 'note')
    .where('id', 'in', wanted)
    .execute()
  if (messages.length < wanted.length) return refuse('not_found', { what: 'message' })
  const said = messages.filter(({ text }) => text.trim() !== '')
  if (said.length === 0) return refuse('translation.nothing')
  const jobs: NewJob[] = []
  const translationIds = said.map(({ id }) => derivedId('translation', id, lang))
  for (const [i, message] of said.entries())
    if (await ask(ctx, message, given)) jobs.push(translateJob(translationIds[i]!))
  return ok({ value: { translationIds }, jobs })
}

async function draft(ctx: CommandContext, { conversationId, text, lang }: z.infer<typeof draftInput>) {
  const { tx, nowMs } = ctx
  if (!(await knows(tx, conversationId))) return refuse('not_found', { what: 'conversation' })
  const requestedBy = json(ctx.actor)
  const earlier = await tx
    .deleteFrom('translation')
    .where('conversationId', '=', conversationId)
    .where('kind', '=', 'reply')
    .where('messageId', 'is', null)
    .where('requestedBy', '=', requestedBy)
    .returning('calls')
    .execute()
  await forgetAnswers(
    tx,
    earlier.flatMap(({ calls }) => calls ?? []),
  )
  const id = derivedId('translation-draft', ctx.commandId)
  await tx
    .insertInto('translation')
    .values({
      ...{ id, conversationId, kind: 'reply', lang, source: text, sourceHash: sha256(text), calls: [] },
      ...{ sourceLang: messageLanguage(text), state: 'pending', requestedBy },
      requestedAt: new Date(nowMs),
    })
    .execute()
  return ok({ value: { translationId: id }, jobs: [translateJob(id)] })
}

/** Translations on demand. `available`: whether there is a model to ask. */
export function makeCommands(available: boolean): readonly Command[] {
  return [
    defineCommand(
      {
        name: 'translation.request',
        title: 'Has messages translated; what is translated already stays, what was refused is tried again',
        permission,
        input: requestInput,
        output: z.object({ translationIds: z.array(z.uuid()) }),
      },
      async (ctx, given) => (available ? await request(ctx, given) : refuse('translation.no_model')),
    ),
    defineCommand(
      {
        name: 'translation.draft',
        title: 'Has a reply translated before it is sent; an earlier one that was not sent is forgotten',
        permission,
        input: draftInput,
        output: z.object({ translationId: z.uuid() }),
      },
      async (ctx, given) => (available ? await draft(ctx, given) : refuse('translation.no_model')),
    ),
  ]
}
