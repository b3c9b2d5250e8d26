import { type RawBuilder, type Reader, sql } from '../store/index.ts'

/** Names of things that the log knows by id only, as people know them, by what the log calls the thing. */
const tables: Readonly<Record<string, readonly [table: string, name: RawBuilder<unknown>]>> = {
  ticket: ['ticket', sql`"number"`],
  user: ['app_user', sql`"displayName"`],
  token: ['api_token', sql`"name"`],
  staff: ['staff', sql`"name"`],
  group: ['skill_group', sql`"name"`],
  device: ['device', sql`"serialNumber"`],
  contact: ['contact', sql`"name"`],
  channel: ['channel_account', sql`"name"`],
  site: ['site', sql`"name"`],
  calendar: ['calendar', sql`"name"`],
  region: ['region', sql`"name"`],
  article: ['article', sql`"title"`],
  incident: ['incident', sql`'I' || lpad("number"::text, greatest(4, length("number"::text)), '0')`],
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Finds the names of `kind:id` resources; what is gone, or was never a thing with a name, is left out. */
export async function namesOf(db: Reader, resources: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, Set<string>>()
  for (const resource of resources) {
    const [kind = '', id = ''] = resource.split(':', 2)
    if (Object.hasOwn(tables, kind) && uuid.test(id)) ids.set(kind, (ids.get(kind) ?? new Set()).add(id))
  }
  const names = new Map<string, string>()
  for (const [kind, wanted] of ids) {
    const [table, name] = tables[kind]!
    const { rows } = await sql<{ id: string; name: string | null }>`
      select "id"::text as "id", ${name} as "name" from ${sql.table(table)} where "id" = any(${[...wanted]}::uuid[])`.execute(
      db,
    )
    for (const row of rows) if (row.name) names.set(`${kind}:${row.id}`, row.name)
  }
  return names
}

/** What names the actor of an entry who carries no name of their own: an engineer by card, a customer by the ticket of their link. */
export function namedBy(actor: unknown): string | null {
  const { kind, staffId, ticketId } = actor as { kind?: string; staffId?: string; ticketId?: string }
  if (kind === 'card') return `staff:${staffId}`
  return kind === 'link' ? `ticket:${ticketId}` : null
}
