import { z } from 'zod'
import { type Command, type CommandContext, defineCommand } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { text } from '../../contract/text.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { json, type Tx } from '../../store/index.ts'
import { parseForm, putForm } from '../../tickets/index.ts'
import { engines, sets } from './case.ts'
import { noFigures } from './outcome.ts'
import type { EvaluationPorts, RunVersions, VersionRef } from './ports.ts'
import {
  type FormBody,
  formDraftSchema,
  kinds,
  promptSchema,
  type VersionKind,
  wordsSchema,
} from './published.ts'
import { stepJob } from './step.ts'
import { lockVersion, lockVersions, nextNumber, notNow, publishedOf, serve } from './versions.ts'

const leads = { roles: ['supervisor'] } as const
const admins = { roles: ['admin'] } as const
const id = z.uuid()
const reason = text(500)

const told = (ctx: CommandContext, action: string, subject: string, about: string) =>
  recordChange(ctx, { action, event: 'evaluation.changed', subject, id: about })

/** Which versions a run reads with: what is published, and the draft that is tried in the place of its kind. */
async function versionsOf(tx: Tx, release: string, tried: string | null): Promise<RunVersions | null> {
  const rows = await tx
    .selectFrom('extraction_version')
    .select(['id', 'kind', 'number', 'version', 'state'])
    .where((e) => e.or([e('state', '=', 'published'), ...(tried ? [e('id', '=', tried)] : [])]))
    .execute()
  const draft = rows.find((row) => row.id === tried)
  if (tried && (!draft || draft.state === 'training')) return null
  const ref = (kind: VersionKind): VersionRef | null => {
    const row = draft?.kind === kind ? draft : rows.find((r) => r.kind === kind && r.state === 'published')
    return row ? { id: row.id, number: row.number, revision: row.version } : null
  }
  return {
    code: release,
    words: ref('words'),
    prompt: ref('prompt'),
    classifier: ref('classifier'),
    confidence: ref('confidence'),
    // what is published of a form is the form itself
    form: draft?.kind === 'form' ? ref('form') : null,
  }
}

/** What people do with evaluations and with versions of what the extraction reads with. */
export function makeEvaluationCommands(ports: EvaluationPorts): Command[] {
  const run = defineCommand(
    {
      name: 'evaluation.run',
      title: 'Reads a set of labelled conversations and says how right that was; a draft can be tried',
      permission: leads,
      input: z.object({ set: z.enum(sets), engine: z.enum(engines), versionId: id.nullable().default(null) }),
      output: z.object({ id }),
    },
    async (ctx, { set, engine, versionId }) => {
      if (engine !== 'rules' && set !== 'prompts' && !ports.llm) return refuse('evaluation.no_model')
      const versions = await versionsOf(ctx.tx, ports.release, versionId)
      if (!versions) return refuse('not_found', { what: 'version' })
      const runId = ctx.ids.next()
      await ctx.tx
        .insertInto('evaluation_run')
        .values({
          ...{ id: runId, set, engine, versionId, state: 'running' },
          ...{ versions: json(versions), figures: json(noFigures), createdBy: json(ctx.actor) },
          createdAt: new Date(ctx.nowMs),
        })
        .execute()
      const events = await told(ctx, 'evaluation.run', 'evaluation', runId)
      return ok({ value: { id: runId }, events, jobs: [stepJob(runId)] })
    },
  )

  const cancel = defineCommand(
    {
      name: 'evaluation.cancel',
      title: 'Stops a running evaluation; what it has read stays to look at',
      permission: leads,
      input: z.object({ id }),
      output: z.object({}),
    },
    async (ctx, input) => {
      const stopped = await ctx.tx
        .updateTable('evaluation_run')
        .set({ state: 'cancelled', endedAt: new Date(ctx.nowMs) })
        .where('id', '=', input.id)
        .where('state', '=', 'running')
        .executeTakeFirst()
      if (stopped.numUpdatedRows === 0n) return notNow('the run is not running')
      return ok({ value: {}, events: await told(ctx, 'evaluation.cancel', 'evaluation', input.id) })
    },
  )

  const body = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('words'), body: wordsSchema }),
    z.object({ kind: z.literal('prompt'), body: promptSchema }),
    z.object({ kind: z.literal('form'), body: formDraftSchema }),
  ])
  const saveDraft = defineCommand(
    {
      name: 'evaluation.saveDraft',
      title:
        'Keeps a changed word list, prompt or form as a draft; nothing is read with it before it is published',
      permission: admins,
      input: z.object({
        /** The draft that is changed, with the version that was read; a new one when absent. */
        draft: z.object({ id, version: z.int() }).optional(),
        title: text(120),
        content: body,
      }),
      output: z.object({ id, number: z.int(), version: z.int() }),
    },
    async (ctx, { draft, title, content }) => {
      await lockVersions(ctx.tx)
      const form = content.kind === 'form' ? parseForm(content.body.form) : null
      if (form && !form.ok) return form
      if (draft) {
        const row = await lockVersion(ctx.tx, draft.id)
        if (!row || row.kind !== content.kind) return refuse('not_found', { what: 'draft' })
        if (row.state !== 'draft') return notNow('the version is no draft any more')
        if (row.version !== draft.version) return refuse('conflict.version')
        await ctx.tx
          .updateTable('extraction_version')
          .set({ title, body: json(content.body), version: row.version + 1 })
          .where('id', '=', draft.id)
          .execute()
        const events = await told(ctx, 'evaluation.saveDraft', 'extraction_version', draft.id)
        return ok({ value: { id: draft.id, number: row.number, version: row.version + 1 }, events })
      }
      const made = { id: ctx.ids.next(), number: await nextNumber(ctx.tx, content.kind) }
      await ctx.tx
        .insertInto('extraction_version')
        .values({
          ...{ ...made, kind: content.kind, title, body: json(content.body), state: 'draft' },
          ...{ createdBy: json(ctx.actor), createdAt: new Date(ctx.nowMs) },
        })
        .execute()
      const events = await told(ctx, 'evaluation.saveDraft', 'extraction_version', made.id)
      return ok({ value: { ...made, version: 1 }, events })
    },
  )

  const train = defineCommand(
    {
      name: 'evaluation.train',
      title:
        'Learns from corrected tickets, as a draft to be evaluated: a classifier beside the cold start, or how sure values are',
      permission: admins,
      input: z.object({
        kind: z.enum(['classifier', 'confidence']).default('classifier'),
        title: text(120),
        seed: z.int().min(0).max(1_000_000).default(0),
      }),
      output: z.object({ id, number: z.int() }),
    },
    async (ctx, { kind, title, seed }) => {
      await lockVersions(ctx.tx)
      const made = { id: ctx.ids.next(), number: await nextNumber(ctx.tx, kind) }
      await ctx.tx
        .insertInto('extraction_version')
        .values({
          ...{ ...made, kind, title, body: json({ seed }), state: 'training' },
          ...{ createdBy: json(ctx.actor), createdAt: new Date(ctx.nowMs) },
        })
        .execute()
      const events = await told(ctx, 'evaluation.train', 'extraction_version', made.id)
      const job = {
        kind: 'evaluation.train' as const,
        payload: { versionId: made.id },
        serialKey: 'evaluation',
      }
      return ok({ value: made, events, jobs: [job] })
    },
  )

  const discard = defineCommand(
    {
      name: 'evaluation.discard',
      title: 'Puts a draft away; its evaluations stay to look at',
      permission: admins,
      input: z.object({ versionId: id, reason }),
      output: z.object({}),
    },
    async (ctx, input) => {
      await lockVersions(ctx.tx)
      const row = await lockVersion(ctx.tx, input.versionId)
      if (!row) return refuse('not_found', { what: 'draft' })
      if (row.state !== 'draft' && row.state !== 'training') return notNow('the version is no draft any more')
      await decide(ctx, row.id, { state: 'discarded', reason: input.reason })
      return ok({ value: {}, events: await told(ctx, 'evaluation.discard', 'extraction_version', row.id) })
    },
  )

  const publish = defineCommand(
    {
      name: 'evaluation.publish',
      title: 'Makes a finished run the one that counts; a draft that it tried is read with from now on',
      permission: admins,
      input: z.object({ runId: id, reason }),
      output: z.object({}),
    },
    async (ctx, input) => {
      await lockVersions(ctx.tx)
      const row = await ctx.tx
        .selectFrom('evaluation_run')
        .select(['id', 'set', 'engine', 'state', 'published', 'versionId', 'versions'])
        .where('id', '=', input.runId)
        .executeTakeFirst()
      if (!row) return refuse('not_found', { what: 'run' })
      if (row.state !== 'done') return notNow('the run did not end')
      if (row.published) return notNow('the run is published already')
      if (row.versionId) {
        const version = await lockVersion(ctx.tx, row.versionId)
        const refs = row.versions as unknown as RunVersions
        const kind = kinds.find((each) => each === version?.kind)
        if (!version || !kind) return refuse('not_found', { what: 'draft' })
        if (version.state !== 'draft' && version.state !== 'published')
          return notNow('the draft was discarded or taken back')
        if (refs[kind]?.revision !== version.version) return notNow('the draft was changed after the run')
        if (version.state === 'draft') {
          const served = kind === 'form' ? await publishForm(ctx, version) : ok(null)
          if (!served.ok) return served
          // each form has a version of its own
          const before = kind === 'form' ? undefined : await publishedOf(ctx.tx, kind)
          if (before) await decide(ctx, before.id, { state: 'retired', reason: input.reason })
          await decide(ctx, version.id, {
            ...{ state: 'published', reason: input.reason, replacesId: before?.id ?? null },
          })
          if (kind !== 'form') await serve(ctx.tx, kind, version.id, ctx.nowMs)
        }
      }
      const changed = await formTold(ctx, row.versionId)
      const before = await ctx.tx
        .updateTable('evaluation_run')
        .set({ published: false })
        .where('set', '=', row.set)
        .where('engine', '=', row.engine)
        .where('published', '=', true)
        .returning('id')
        .executeTakeFirst()
      await ctx.tx
        .updateTable('evaluation_run')
        .set({
          ...{ published: true, publishedAt: new Date(ctx.nowMs), publishedBy: json(ctx.actor) },
          ...{ reason: input.reason, replacesId: before?.id ?? null },
        })
        .where('id', '=', row.id)
        .execute()
      const events = await told(ctx, 'evaluation.publish', 'evaluation', row.id)
      return ok({ value: {}, events: [...events, ...changed] })
    },
  )

  const undo = defineCommand(
    {
      name: 'evaluation.undo',
      title: 'Takes a publication back: the run and the version before it count again',
      permission: admins,
      input: z.object({ runId: id, reason }),
      output: z.object({}),
    },
    async (ctx, input) => {
      await lockVersions(ctx.tx)
      const row = await ctx.tx
        .updateTable('evaluation_run')
        .set({ published: false, reason: input.reason })
        .where('id', '=', input.runId)
        .where('published', '=', true)
        .returning(['id', 'versionId', 'replacesId'])
        .executeTakeFirst()
      if (!row) return notNow('the run is not published')
      if (row.replacesId)
        await ctx.tx
          .updateTable('evaluation_run')
          .set({ published: true })
          .where('id', '=', row.replacesId)
          .execute()
      const version = row.versionId ? await lockVersion(ctx.tx, row.versionId) : undefined
      const kind = kinds.find((each) => each === version?.kind)
      if (version && kind === 'form' && version.state === 'published') {
        const body = version.body as unknown as FormBody
        const back = await putForm(ctx.tx, {
          ...{ typeId: body.typeId, formVersion: body.formVersion + 1, form: body.replaced },
        })
        if (!back.ok) return back
        await decide(ctx, version.id, { state: 'retired', reason: input.reason })
      } else if (version && kind && version.state === 'published') {
        await decide(ctx, version.id, { state: 'retired', reason: input.reason })
        if (version.replacesId)
          await decide(ctx, version.replacesId, { state: 'published', reason: input.reason })
        await serve(ctx.tx, kind, version.replacesId, ctx.nowMs)
      }
      const events = await told(ctx, 'evaluation.undo', 'evaluation', row.id)
      return ok({ value: {}, events: [...events, ...(await formTold(ctx, row.versionId))] })
    },
  )

  return [run, cancel, saveDraft, train, discard, publish, undo]
}

/** Makes a draft the next version of its form, and keeps what it took the place of. */
async function publishForm(
  ctx: CommandContext,
  version: { readonly id: string; readonly body: unknown },
): Promise<Result<null>> {
  const body = version.body as FormBody
  const put = await putForm(ctx.tx, body)
  if (!put.ok) return put
  await ctx.tx
    .updateTable('extraction_version')
    .set({ body: json({ ...body, replaced: put.value.replaced }) })
    .where('id', '=', version.id)
    .execute()
  return ok(null)
}

/** Says of a version that was a form's that its kind of ticket changed. */
async function formTold(ctx: CommandContext, versionId: string | null) {
  const version = versionId ? await lockVersion(ctx.tx, versionId) : undefined
  if (version?.kind !== 'form') return []
  const { typeId } = version.body as unknown as FormBody
  const change = { action: 'ticketType.update', event: 'catalogue.changed', subject: 'ticketType' } as const
  return await recordChange(ctx, { ...change, id: typeId })
}

/** Notes on a version who decided what, and why. */
async function decide(
  ctx: CommandContext,
  versionId: string,
  to: { readonly state: string; readonly reason: string; readonly replacesId?: string | null },
): Promise<void> {
  await ctx.tx
    .updateTable('extraction_version')
    .set({ ...to, decidedBy: json(ctx.actor), decidedAt: new Date(ctx.nowMs) })
    .where('id', '=', versionId)
    .execute()
}
