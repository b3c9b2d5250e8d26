import type { Actor, Role } from '../contract/actor.ts'
import { type Reader, sql } from '../store/index.ts'

/** A file that somebody may see. */
export interface VisibleFile {
  readonly name: string
  readonly hash: string
  readonly size: number
  readonly contentType: string
}

/** A message's sanitised HTML and the files that it shows. */
export interface VisibleHtml {
  readonly html: string
  /** By content id, without angle brackets. */
  readonly inline: ReadonlyMap<string, VisibleFile>
}

/** The files of conversations, as far as the actor may see them; null also for what does not exist. */
export interface Files {
  /** An attachment by its id. */
  attachment(actor: Actor, id: string): Promise<VisibleFile | null>
  /** A stored file by its content hash. */
  byHash(actor: Actor, hash: string): Promise<VisibleFile | null>
  messageHtml(actor: Actor, messageId: string): Promise<VisibleHtml | null>
}

const readers: readonly Role[] = ['admin', 'supervisor', 'agent', 'dispatcher', 'auditor']

/** Which messages the actor may read: staff all, engineers those of their tickets, customers their ticket's without notes. */
function visibleMessages(actor: Actor) {
  const ofTicket = (condition: ReturnType<typeof sql<boolean>>) =>
    sql<boolean>`exists (select 1 from conversation_ticket ct join ticket t on t."id" = ct."ticketId"
      where ct."conversationId" = message."conversationId" and ${condition})`
  switch (actor.kind) {
    case 'system':
      return sql<boolean>`true`
    case 'user':
      if (actor.roles.some((role) => readers.includes(role))) return sql<boolean>`true`
      if (actor.staffId === null || !actor.roles.includes('engineer')) return null
      return ofTicket(sql<boolean>`t."assigneeId" = ${actor.staffId}::uuid`)
    case 'card':
      return ofTicket(sql<boolean>`t."assigneeId" = ${actor.staffId}::uuid`)
    case 'token':
      return actor.scopes.includes('tickets:read') ? sql<boolean>`true` : null
    case 'link':
      return sql<boolean>`message."direction" <> 'note'
        and ${ofTicket(sql<boolean>`t."id" = ${actor.ticketId}::uuid`)}`
  }
}

const fileColumns = [
  'attachment.name',
  'attachment.hash',
  'attachment.size',
  'attachment.contentType',
] as const

interface FileRow {
  readonly name: string
  readonly hash: string | null
  readonly size: number | null
  readonly contentType: string | null
}

const asFile = (row: FileRow | undefined): VisibleFile | null =>
  row?.hash && row.contentType && row.size !== null
    ? { name: row.name, hash: row.hash, size: row.size, contentType: row.contentType }
    : null

/** The files in the database. */
export function databaseFiles(db: Reader): Files {
  const stored = () =>
    db
      .selectFrom('attachment')
      .innerJoin('message', 'message.id', 'attachment.messageId')
      .select(fileColumns)
      .where('attachment.state', '=', 'stored')
  return {
    async attachment(actor, id) {
      const visible = visibleMessages(actor)
      if (!visible) return null
      return asFile(await stored().where('attachment.id', '=', id).where(visible).executeTakeFirst())
    },
    async byHash(actor, hash) {
      const visible = visibleMessages(actor)
      if (!visible) return null
      const rows = stored().where('attachment.hash', '=', hash).where(visible)
      return asFile(await rows.limit(1).executeTakeFirst())
    },
    async messageHtml(actor, messageId) {
      const visible = visibleMessages(actor)
      if (!visible) return null
      const message = await db
        .selectFrom('message')
        .select('html')
        .where('id', '=', messageId)
        .where(visible)
        .executeTakeFirst()
      if (!message?.html) return null
      const rows = await stored()
        .select('attachment.contentId')
        .where('attachment.messageId', '=', messageId)
        .where('attachment.contentId', 'is not', null)
        .execute()
      const inline = new Map<string, VisibleFile>()
      for (const row of rows) {
        const file = asFile(row)
        if (file) inline.set(row.contentId!.replace(/^<|>$/g, ''), file)
      }
      return { html: message.html, inline }
    },
  }
}
