import { z } from 'zod'
import { type Command, defineCommand, defineQuery, type Query } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { faultsOf } from '../../contract/faults.ts'
import { type MemberSchema, unknownMembers } from '../../contract/unknown-members.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { json } from '../../store/index.ts'

/** The installation's settings by name, each with the schema of its value. */
export type SettingSchemas = Readonly<Record<string, z.ZodType>>

/** The company's own phone numbers: never read as a customer's. */
export const hotlinesSchema = z.array(z.string().trim().min(3).max(40)).max(100).default([])

/** `setting.set`: stores a value that the schema of its name accepts; null forgets the stored one, and the default holds again. */
export function makeSettingCommands(schemas: SettingSchemas): Command[] {
  return [
    defineCommand(
      {
        name: 'setting.set',
        title: 'Changes a setting of this installation; null goes back to its default',
        permission: { roles: ['admin'] },
        input: z.object({ name: z.string().max(100), value: z.json() }),
        output: z.object({ name: z.string(), value: z.unknown() }),
      },
      async (ctx, { name, value }) => {
        const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
        if (!schema) return refuse('not_found', { what: 'setting', name })
        const told = () =>
          recordChange(ctx, {
            action: 'setting.set',
            event: 'setting.changed',
            subject: 'setting',
            id: name,
          })
        if (value === null) {
          await ctx.tx.deleteFrom('setting').where('name', '=', name).execute()
          return ok({ value: { name, value: defaultOf(schema) }, events: await told() })
        }
        const read = schema.safeParse(value)
        if (!read.success) {
          return refuse('request.invalid', {}, faultsOf(read.error, ['value']))
        }
        const stored = await ctx.tx
          .selectFrom('setting')
          .select('value')
          .where('name', '=', name)
          .executeTakeFirst()
        const unknown = unknownMembers(membersOf(schema), value, stored?.value, ['value'])
        if (unknown.length > 0) return refuse('request.invalid', {}, unknown)
        const row = { value: json(read.data), updatedAt: new Date(ctx.nowMs) }
        await ctx.tx
          .insertInto('setting')
          .values({ name, ...row })
          .onConflict((c) => c.column('name').doUpdateSet(row))
          .execute()
        return ok({ value: { name, value: read.data }, events: await told() })
      },
    ),
  ]
}

/** `setting.list`: every setting with its value, or its default. */
export function makeSettingQueries(schemas: SettingSchemas): Query[] {
  return [
    defineQuery(
      {
        name: 'setting.list',
        title:
          'The settings of this installation with the JSON Schema of each; the default where none is stored',
        permission: { roles: ['supervisor', 'auditor'] },
        input: z.object({}),
        output: z.object({
          settings: z.array(
            z.object({ name: z.string(), value: z.unknown(), stored: z.boolean(), schema: z.unknown() }),
          ),
        }),
      },
      async ({ db }) => {
        const stored = await db.selectFrom('setting').select(['name', 'value']).execute()
        const value = new Map(stored.map((row) => [row.name, row.value]))
        return ok({
          settings: Object.entries(schemas).map(([name, schema]) => ({
            name,
            value: value.get(name) ?? defaultOf(schema),
            stored: value.has(name),
            schema: membersOf(schema),
          })),
        })
      },
    ),
  ]
}

const membersOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as MemberSchema

/** What a setting means when nothing is stored: its schema's own default, or that of its members. */
function defaultOf(schema: z.ZodType): unknown {
  for (const nothing of [undefined, {}]) {
    const read = schema.safeParse(nothing)
    if (read.success) return read.data
  }
  return null
}
