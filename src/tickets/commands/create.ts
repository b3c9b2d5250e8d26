import { z } from 'zod'
import { type CommandContext, type Done, defineCommand } from '../../access/command.ts'
import type { ExtractedField, TicketField, TicketFieldMap } from '../../contract/extraction.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { ok, type Result } from '../../kernel/result.ts'
import { causeOf, changedTicket, desk } from '../access.ts'
import { checkAppointment, withinReach } from '../appointment.ts'
import { confirmedByHuman, type FieldsByName, flatColumns, sameValue, setByHuman } from '../fields.ts'
import { validate } from '../form.ts'
import { type Origin, openTicket } from '../open.ts'
import { readingSchema } from '../reading.ts'
import { defaultTicketType, ticketType, typeFor } from '../type.ts'
import { fieldNames, fieldSchemas, isFieldName, text } from '../values.ts'

/** A person's values: what a reading said too keeps its evidence; readings that the person left alone stay a machine's. */
function confirmed(
  values: JsonObject,
  readings: Readonly<Record<string, ExtractedField>>,
  commandId: string,
): FieldsByName {
  const fields: Record<string, TicketField> = { ...readings }
  for (const [name, value] of Object.entries(values)) {
    const reading = readings[name]
    fields[name] =
      reading && sameValue(reading.value, value)
        ? confirmedByHuman(reading, commandId)
        : setByHuman(undefined, value, commandId)
  }
  return fields
}

/** Where a ticket typed in by a person comes from: a conversation, or a caller who may be known by the phone. */
async function originOf(
  ctx: CommandContext,
  conversationId: string | undefined,
  phone: string | undefined,
): Promise<Origin> {
  if (conversationId) {
    const row = await ctx.tx
      .selectFrom('conversation as c')
      .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
      .innerJoin('contact as p', 'p.id', 'i.contactId')
      .select(['c.channel', 'c.accountId', 'c.lang', 'i.contactId', 'p.tier'])
      .where('c.id', '=', conversationId)
      .executeTakeFirst()
    if (row) return { ...row, lang: row.lang ?? 'zh', conversationId }
  }
  const caller = phone
    ? await ctx.tx
        .selectFrom('contact')
        .select(['id', 'tier'])
        .where('phone', '=', phone)
        .orderBy('createdAt')
        .executeTakeFirst()
    : undefined
  return {
    channel: 'manual',
    accountId: null,
    lang: 'zh',
    contactId: caller?.id ?? null,
    tier: caller?.tier ?? null,
    conversationId: null,
  }
}

async function deviceOf(ctx: CommandContext, serialNumber: string | undefined): Promise<string | null> {
  if (!serialNumber) return null
  const device = await ctx.tx
    .selectFrom('device')
    .select('id')
    .where('serialNumber', '=', serialNumber)
    .executeTakeFirst()
  return device?.id ?? null
}

const input = z.object({
  /** Key of the ticket type; when absent the one that is made for such a request, or the default one. */
  typeKey: z.string().max(80).optional(),
  /** What the person entered or left standing, by standard field. */
  fields: z.object(fieldSchemas).partial(),
  /** Values of the type's form, by name. */
  custom: z.record(z.string().max(80), z.json()).default({}),
  /** What `ticket.prefill` answered, so that its evidence is kept. */
  readings: z.partialRecord(z.enum(fieldNames), readingSchema).default({}),
  /** The words that the readings point at. */
  said: text(4_000).optional(),
  conversationId: z.uuid().optional(),
  parentId: z.uuid().optional(),
})

/** `readings` come from outside again; those that no field could hold are left out. */
function sound(readings: z.infer<typeof input>['readings']): Record<string, ExtractedField> {
  return Object.fromEntries(
    Object.entries(readings).filter(
      ([name, reading]) =>
        reading && isFieldName(name) && fieldSchemas[name].safeParse(reading.value).success,
    ),
  ) as Record<string, ExtractedField>
}

/** Without a description the agent's sentence is one: a ticket always says what it is about. */
function described(given: z.infer<typeof input>): JsonObject {
  const { fields, readings, said } = given
  const told = fields.fault_description ?? readings.fault_description ?? said
  return (told === said && said ? { ...fields, fault_description: said } : fields) as JsonObject
}

async function create(
  ctx: CommandContext,
  given: z.infer<typeof input>,
): Promise<Result<Done<z.infer<typeof changedTicket>>>> {
  const fields = confirmed(described(given), sound(given.readings), ctx.commandId) as TicketFieldMap
  const type = given.typeKey
    ? await ticketType(ctx.tx, { key: given.typeKey })
    : ok((await typeFor(ctx.tx, flatColumns(fields))) ?? (await defaultTicketType(ctx.tx)))
  if (!type.ok) return type
  const { appointment } = given.fields
  const kept = appointment && checkAppointment(appointment, ctx.nowMs, type.value.calendar.timeZone)
  if (kept && !kept.ok) return kept
  const custom = validate(type.value.form, given.custom as JsonObject)
  if (!custom.ok) return custom
  const reached = withinReach(fields.appointment?.value, ctx.nowMs)
  if (!reached.ok) return reached
  const origin = await originOf(ctx, given.conversationId, given.fields.phone)
  const opened = await openTicket(
    ctx.tx,
    {
      ...origin,
      id: ctx.ids.next(),
      type: type.value,
      typeChosen: given.typeKey !== undefined,
      fields,
      custom: confirmed(custom.value, {}, ctx.commandId),
      said: given.said,
      deviceId: await deviceOf(ctx, fields.serial_number?.value ?? undefined),
      parentId: given.parentId,
    },
    causeOf(ctx),
  )
  const { ticketId, number, effects } = opened
  return ok({ value: { ticketId, number, status: 'open', version: 1 }, ...effects })
}

export const createTicket = defineCommand(
  {
    name: 'ticket.create',
    title: 'Opens a ticket that a person typed in',
    permission: desk,
    input,
    output: changedTicket,
  },
  create,
)
