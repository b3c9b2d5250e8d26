import { z } from 'zod'
import { defineQuery } from '../access/command.ts'
import type { Role } from '../contract/actor.ts'
import { ok, refuse } from '../kernel/result.ts'
import { readTicket } from '../tickets/index.ts'
import { findContacts, identitiesOf, readContact, toldByTickets } from './contacts.ts'
import { conversationSchema, messageSchema, readConversations, readMessages } from './views.ts'

const desk: readonly Role[] = ['supervisor', 'agent', 'dispatcher', 'auditor']
const reading = { roles: desk, scopes: ['conversations:read'] }
/** Messages of one thread that a page shows. */
const newest = 500

const identity = z.object({
  id: z.uuid(),
  channel: z.string(),
  externalId: z.string(),
  displayName: z.string().nullable(),
})

const link = z.object({
  id: z.uuid(),
  a: z.uuid(),
  b: z.uuid(),
  kind: z.string(),
  evidence: z.json(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
})

const thread = z.object({
  identities: z.array(identity),
  conversations: z.array(conversationSchema),
  messages: z.array(messageSchema),
})

/** What the customer's newest ticket says for certain, for a card that does not say it. */
const told = z
  .object({
    name: z.string().nullable(),
    phone: z.string().nullable(),
    ticketId: z.uuid(),
    number: z.string(),
  })
  .nullable()

const contactRow = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
  tier: z.string().nullable(),
  told,
  identities: z.array(identity),
})

export const queries = [
  defineQuery(
    {
      name: 'conversation.ofTicket',
      title: 'All conversations of a ticket as one thread, oldest message first',
      permission: { roles: [...desk, 'engineer'], scopes: ['conversations:read'], also: ['card'] },
      input: z.object({ ticketId: z.uuid() }),
      output: thread,
      audit: ({ ticketId }) => `ticket:${ticketId}`,
    },
    async ({ db, actor, nowMs }, { ticketId }) => {
      const ticket = await readTicket(db, ticketId, actor)
      if (!ticket.ok) return ticket
      const links = await db
        .selectFrom('conversation_ticket')
        .select('conversationId')
        .where('ticketId', '=', ticketId)
        .execute()
      const ids = links.map((l) => l.conversationId)
      return ok({
        identities: await identitiesOf(db, ticket.value.contactId),
        conversations: await readConversations(db, ids, nowMs),
        messages: await readMessages(db, ids, newest),
      })
    },
  ),
  defineQuery(
    {
      name: 'conversation.get',
      title: 'One conversation with its messages',
      permission: reading,
      input: z.object({ id: z.uuid() }),
      output: thread.extend({ ticketIds: z.array(z.uuid()) }),
      audit: ({ id }) => `conversation:${id}`,
    },
    async ({ db, nowMs }, { id }) => {
      const row = await db
        .selectFrom('conversation as c')
        .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
        .select('i.contactId')
        .where('c.id', '=', id)
        .executeTakeFirst()
      if (!row) return refuse('not_found', { what: 'conversation' })
      const tickets = await db
        .selectFrom('conversation_ticket')
        .select('ticketId')
        .where('conversationId', '=', id)
        .execute()
      return ok({
        identities: await identitiesOf(db, row.contactId),
        conversations: await readConversations(db, [id], nowMs),
        messages: await readMessages(db, [id], newest),
        ticketIds: tickets.map((t) => t.ticketId),
      })
    },
  ),
  defineQuery(
    {
      name: 'conversation.list',
      title: 'Conversations, those that wait longest first',
      permission: reading,
      input: z.object({
        state: z.enum(['open', 'closed']).default('open'),
        /** Only those in which a customer waits for an answer. */
        waiting: z.stringbool().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      output: z.object({ conversations: z.array(conversationSchema) }),
      audit: () => 'conversations',
    },
    async ({ db, nowMs }, { state, waiting, limit }) => {
      let rows = db.selectFrom('conversation').select('id').where('state', '=', state)
      if (waiting) rows = rows.where('waitingSince', 'is not', null)
      const ids = await rows.orderBy('waitingSince').orderBy('lastMessageAt', 'desc').limit(limit).execute()
      const order = new Map(ids.map((row, i) => [row.id, i]))
      const read = await readConversations(
        db,
        ids.map((row) => row.id),
        nowMs,
      )
      return ok({ conversations: read.sort((a, b) => order.get(a.id)! - order.get(b.id)!) })
    },
  ),
  defineQuery(
    {
      name: 'contact.list',
      title:
        'Contacts; `q` finds parts of name, company, phone, e-mail, of the names that channels know, and of name and phone on their tickets',
      permission: reading,
      input: z.object({
        q: z.string().max(200).optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
      output: z.object({ contacts: z.array(contactRow) }),
    },
    async ({ db }, { q, limit }) => ok({ contacts: await findContacts(db, q?.trim() ?? '', limit) }),
  ),
  defineQuery(
    {
      name: 'contact.get',
      title:
        'A contact with its identities and why they are one person; asked for one that was joined to another, that other one',
      permission: reading,
      input: z.object({ id: z.uuid() }),
      output: z.object({
        id: z.uuid(),
        name: z.string().nullable(),
        phone: z.string().nullable(),
        email: z.string().nullable(),
        company: z.string().nullable(),
        tier: z.string().nullable(),
        note: z.string().nullable(),
        version: z.int(),
        told,
        identities: z.array(identity),
        links: z.array(link),
      }),
      audit: ({ id }) => `contact:${id}`,
    },
    async ({ db }, { id: given }) => {
      const contact = await readContact(db, given)
      if (!contact) return refuse('not_found', { what: 'contact' })
      const { id } = contact
      const identities = await identitiesOf(db, id)
      const ids = identities.map((i) => i.id)
      const links =
        ids.length === 0
          ? []
          : await db
              .selectFrom('identity_link')
              .selectAll()
              .where((w) => w.or([w('aId', 'in', ids), w('bId', 'in', ids)]))
              .orderBy('createdAt')
              .execute()
      const { name, phone, email, company, tier, note, version } = contact
      return ok({
        ...{ id, name, phone, email, company, tier, note, version, identities },
        told: (await toldByTickets(db, [id])).get(id) ?? null,
        links: links.map((l) => ({
          id: l.id,
          a: l.aId,
          b: l.bId,
          kind: l.kind,
          evidence: l.evidence as z.infer<typeof link>['evidence'],
          createdAt: l.createdAt.toISOString(),
          revokedAt: l.revokedAt?.toISOString() ?? null,
        })),
      })
    },
  ),
]
