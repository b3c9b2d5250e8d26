import { z } from 'zod'
import { defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { sha256 } from '../../kernel/hash.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { json } from '../../store/index.ts'
import { readOutline, readTagTree, tagSetting, tagTree } from '../tag-tree.ts'
import { everybody } from './permissions.ts'

/** What tells one outline from another that somebody saved meanwhile. */
const versionOf = (outline: string) => sha256(outline).slice(0, 16)

const save = defineCommand(
  {
    name: 'tag.save',
    title: 'Changes the tree of tags: an outline, a branch a line; null puts the shipped tree back',
    permission: { roles: ['admin'] },
    input: z.object({
      outline: z.string().max(60_000).nullable(),
      /** That of the outline which was changed. */
      version: z.string().max(40),
    }),
    output: z.object({ version: z.string() }),
  },
  async (ctx, { outline, version }) => {
    const before = await readOutline(ctx.tx)
    if (versionOf(before.outline) !== version) return refuse('conflict.version')
    if (outline === null) await ctx.tx.deleteFrom('setting').where('name', '=', tagSetting).execute()
    else {
      const read = readTagTree(outline)
      if (!read.ok) return read
      const row = { value: json({ outline }), updatedAt: new Date(ctx.nowMs) }
      await ctx.tx
        .insertInto('setting')
        .values({ name: tagSetting, ...row })
        .onConflict((c) => c.column('name').doUpdateSet(row))
        .execute()
    }
    const events = await recordChange(ctx, {
      action: 'tag.save',
      event: 'setting.changed',
      subject: 'setting',
      id: tagSetting,
    })
    return ok({ value: { version: versionOf((await readOutline(ctx.tx)).outline) }, events })
  },
)

const tree = defineQuery(
  {
    name: 'tag.tree',
    title: 'The tree of tags: its outline and its branches in order',
    permission: everybody,
    input: z.object({}),
    output: z.object({
      outline: z.string(),
      /** Whether it is the one that the release ships. */
      shipped: z.boolean(),
      version: z.string(),
      branches: z.array(z.object({ path: z.string(), words: z.array(z.string()) })),
    }),
  },
  async ({ db }) => {
    const [{ outline, shipped }, branches] = await Promise.all([readOutline(db), tagTree(db)])
    return ok({
      ...{ outline, shipped, version: versionOf(outline) },
      branches: branches.map(({ path, words }) => ({ path, words: [...words] })),
    })
  },
)

export const tagCommands = [save]
export const tagQueries = [tree]
