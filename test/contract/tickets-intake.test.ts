import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/contract/actor.ts'
import type { ExtractedField, Extraction } from '../../src/contract/extraction.ts'
import type { Effects } from '../../src/contract/jobs.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json, sql, type Tx } from '../../src/store/index.ts'
import {
  type Cause,
  lockTicket,
  moveTicket,
  readClocks,
  readTicket,
  readTimeline,
  takeExtraction,
} from '../../src/tickets/index.ts'
import type { TicketCommand } from '../../src/tickets/lifecycle.ts'
import { verifyChain } from '../../src/tickets/timeline.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
const system = systemActor('test')
const start = Date.parse('2026-11-18T02:00:00Z')
const hour = 3_600_000
let count = 0

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

function field<T>(value: T): ExtractedField<T> {
  const evidence = { kind: 'span', turn: 'm1', start: 0, end: 2, quote: String(value) } as const
  return { value, evidence: [evidence], method: 'rules', confidence: 0.9, verdict: 'accepted' }
}

function extraction(
  fields: Extraction['fields'],
  action: Extraction['action'] = { kind: 'create' },
): Extraction {
  return { fields, custom: {}, action, lang: 'zh', engine: 'rules', dropped: [] }
}

const cause = (nowMs = start): Cause => ({ actor: system, nowMs, causeId: derivedId('cause', ++count) })

/** A conversation with one customer, as the inbox leaves it. */
async function conversation(contactId?: string): Promise<string> {
  const n = ++count
  const ids = { account: derivedId('account'), identity: derivedId('identity', n) }
  const contact = contactId ?? derivedId('contact', n)
  const id = derivedId('conversation', n)
  const at = new Date(start)
  const { db } = fresh.database
  await db
    .insertInto('contact')
    .values({ id: contact, tier: 'VIP' })
    .onConflict((c) => c.doNothing())
    .execute()
  await db
    .insertInto('channel_identity')
    .values({ id: ids.identity, accountId: ids.account, externalId: `u${n}`, contactId: contact })
    .execute()
  await db
    .insertInto('conversation')
    .values({
      id,
      accountId: ids.account,
      channel: 'email',
      threadKey: `t${n}`,
      identityId: ids.identity,
      openedAt: at,
      lastMessageAt: at,
    })
    .execute()
  return id
}

async function take(
  conversationId: string,
  read: Extraction,
  options: { request?: boolean; nowMs?: number; extractionId?: string } = {},
) {
  return await fresh.database.transaction((tx) =>
    takeExtraction(
      tx,
      {
        conversationId,
        extraction: read,
        extractionId: options.extractionId ?? derivedId('extraction', ++count),
        carriesRequest: options.request ?? true,
        record: null,
      },
      cause(options.nowMs),
    ),
  )
}

async function ticketOf(id: string | null) {
  const read = await readTicket(fresh.database.db, id!, system)
  if (!read.ok) throw new Error('no ticket')
  return read.value
}

async function move(ticketId: string, names: readonly ('resolve' | 'close')[], nowMs = start) {
  await fresh.database.transaction(async (tx) => {
    for (const name of names) await give(tx, ticketId, { name }, nowMs)
  })
}

/** Takes what was read while somebody else's change of the ticket is made, but not committed yet. */
async function takeDuring(change: (tx: Tx) => Promise<unknown>, taking: () => ReturnType<typeof take>) {
  const made = Promise.withResolvers<void>()
  const waits = Promise.withResolvers<void>()
  const changed = fresh.database.transaction(async (tx) => {
    await change(tx)
    made.resolve()
    await waits.promise
  })
  await made.promise
  const taken = taking()
  await expect.poll(blocked).toBe(true)
  waits.resolve()
  await changed
  return await taken
}

/** Whether somebody waits for a row that somebody else has locked. */
async function blocked(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where "datname" = current_database() and "wait_event_type" = 'Lock'`.execute(
    fresh.database.db,
  )
  return rows.length > 0
}

async function give(tx: Tx, ticketId: string, command: TicketCommand, nowMs = start) {
  const ticket = await lockTicket(tx, ticketId, system)
  if (!ticket.ok) throw new Error('no ticket')
  const moved = await moveTicket(tx, ticket.value, command, cause(nowMs))
  if (!moved.ok) throw new Error(moved.refusal.code)
}

/** Merges a ticket into an open one, which gets its conversations. */
async function merge(tx: Tx, ticketId: string, intoId: string) {
  await give(tx, ticketId, { name: 'merge', into: { id: intoId, status: 'open' } })
  await tx
    .updateTable('conversation_ticket')
    .set({ ticketId: intoId })
    .where('ticketId', '=', ticketId)
    .execute()
}

const types = (effects: Effects) => effects.events.map((event) => event.type)

describe('what a conversation becomes', () => {
  it('opens a ticket with its number, columns, promises, link and timeline', async () => {
    const id = await conversation()
    const taken = await take(
      id,
      extraction({
        phone: field('13605712844'),
        intent: field('repair'),
        fault_description: field('不进水'),
      }),
    )
    expect(taken.outcome).toBe('opened')
    expect(types(taken.effects)).toEqual(['ticket.opened'])
    expect(taken.effects.events[0]!.data).toMatchObject({
      conversationId: id,
      intent: 'repair',
      channel: 'email',
    })
    expect(taken.effects.jobs).toMatchObject([{ kind: 'sla.check', dueAtMs: start + hour + 1 }])
    const ticket = await ticketOf(taken.ticketId)
    expect(ticket).toMatchObject({
      status: 'open',
      version: 1,
      phone: '13605712844',
      intent: 'repair',
      urgency: 'normal',
      summary: '不进水',
      tier: 'VIP',
      channel: 'email',
    })
    expect(ticket.number).toMatch(/^T\d+$/)
    expect((await readClocks(fresh.database.db, ticket.id)).map((c) => [c.kind, c.state])).toEqual([
      ['arrival', 'running'],
      ['firstResponse', 'running'],
      ['resolution', 'running'],
    ])
    const timeline = await readTimeline(fresh.database.db, ticket.id)
    expect(timeline.map((event) => event.type)).toEqual(['opened', 'conversation'])
    const head = { seq: ticket.timelineSeq, digest: ticket.timelineDigest }
    expect(verifyChain(timeline, head)).toEqual({ ok: true, value: head })
  })

  it('opens one ticket when the same extraction is taken twice', async () => {
    const id = await conversation()
    const extractionId = derivedId('extraction', 'twice')
    const read = extraction({ phone: field('13605712844') })
    const first = await take(id, read, { extractionId })
    const second = await take(id, read, { extractionId })
    expect(second).toMatchObject({
      outcome: 'updated',
      ticketId: first.ticketId,
      effects: { events: [], jobs: [] },
    })
    const rows = await fresh.database.db
      .selectFrom('conversation_ticket')
      .selectAll()
      .where('conversationId', '=', id)
      .execute()
    expect(rows).toHaveLength(1)
  })

  it('stays a conversation when nothing is asked for', async () => {
    const taken = await take(await conversation(), extraction({ sentiment: field('positive') }), {
      request: false,
    })
    expect(taken).toMatchObject({ outcome: 'none', ticketId: null })
  })

  it('updates the live ticket with what a later message says, request or not', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ phone: field('13605712844') }))
    const later = await take(id, extraction({ serial_number: field('SN20240917-00381') }), { request: false })
    expect(later).toMatchObject({ outcome: 'updated', ticketId: opened.ticketId })
    expect(types(later.effects)).toEqual(['ticket.changed'])
    const ticket = await ticketOf(opened.ticketId)
    expect(ticket).toMatchObject({ version: 2, serialNumber: 'SN20240917-00381', phone: '13605712844' })
    const found = await sql<{ id: string }>`
      select "id" from ticket where "search" @@ ${"'0917':*"}::tsquery`.execute(fresh.database.db)
    expect(found.rows).toEqual([{ id: ticket.id }])
  })

  it('shortens the promises when a later message raises the urgency', async () => {
    const { db } = fresh.database
    const id = await conversation()
    const opened = await take(id, extraction({ urgency: field('normal') }))
    const ticket = await ticketOf(opened.ticketId)
    const sla = { resolution: { default: 72 * hour, byUrgency: { critical: 4 * hour } } }
    await db
      .updateTable('ticket_type')
      .set({ sla: json(sla) })
      .where('id', '=', ticket.typeId)
      .execute()
    const later = await take(id, extraction({ urgency: field('critical') }), { nowMs: start + hour + 1 })
    const resolution = (await readClocks(db, ticket.id)).find((c) => c.kind === 'resolution')
    expect(resolution).toMatchObject({ targetMs: 4 * hour, dueAtMs: start + 4 * hour })
    expect(types(later.effects)).toEqual(['ticket.changed', 'ticket.sla'])
  })

  it('reopens a resolved ticket on a request, and leaves it alone on thanks', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    await move(opened.ticketId!, ['resolve'])
    const thanks = await take(id, extraction({ sentiment: field('positive') }), { request: false })
    expect(thanks.outcome).toBe('updated')
    expect((await ticketOf(opened.ticketId)).status).toBe('resolved')
    const again = await take(id, extraction({ fault_description: field('又不进水了') }))
    expect(again).toMatchObject({ outcome: 'reopened', ticketId: opened.ticketId })
    expect(await ticketOf(opened.ticketId)).toMatchObject({ status: 'open', resolvedAt: null })
  })

  it('reopens a resolved ticket with the promises of the type that the later words ask for', async () => {
    const appliesTo = { intents: [], urgencies: [], categories: ['锅炉'] }
    await fresh.database.db
      .insertInto('ticket_type')
      .values({
        id: derivedId('type', 'boiler'),
        key: 'boiler',
        name: json({ zh: '锅炉', en: 'Boiler' }),
        form: json({ type: 'object', properties: {}, required: [], appliesTo }),
        sla: json({ arrival: hour, resolution: 2 * hour }),
      })
      .execute()
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    await move(opened.ticketId!, ['resolve'])
    const running = async () =>
      (await readClocks(fresh.database.db, opened.ticketId!)).flatMap((c) =>
        c.state === 'running' ? [[c.kind, c.dueAtMs]] : [],
      )
    const words = extraction({ product_category: field('锅炉') })
    await take(id, words, { request: false, nowMs: start + hour })
    expect(await running()).toEqual([])
    await take(id, extraction({ fault_description: field('又漏气了') }), { nowMs: start + 5 * hour })
    expect(await running()).toEqual([
      ['arrival', start + 6 * hour],
      ['resolution', start + 7 * hour],
    ])
  })

  it('reopens a closed ticket within 72 hours of closing', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    await move(opened.ticketId!, ['resolve', 'close'])
    const thanks = await take(id, extraction({ sentiment: field('positive') }), { request: false })
    expect(thanks).toMatchObject({ outcome: 'none', effects: { events: [] } })
    const again = await take(id, extraction({}), { nowMs: start + 72 * hour })
    expect(again).toMatchObject({ outcome: 'reopened', ticketId: opened.ticketId })
  })

  it('opens a linked follow-up later than that', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    await move(opened.ticketId!, ['resolve', 'close'])
    const again = await take(id, extraction({ intent: field('repair') }), { nowMs: start + 72 * hour + 1 })
    expect(again.outcome).toBe('followed')
    expect(again.ticketId).not.toBe(opened.ticketId)
    const links = await fresh.database.db
      .selectFrom('ticket_link')
      .select(['aId', 'bId', 'kind'])
      .where('aId', '=', again.ticketId!)
      .execute()
    expect(links).toEqual([{ aId: again.ticketId, bId: opened.ticketId, kind: 'follow-up' }])
  })

  it('joins the ticket that a customer names from another conversation', async () => {
    const contactId = derivedId('contact', 'same')
    const opened = await take(await conversation(contactId), extraction({ phone: field('13605712844') }))
    const other = await conversation(contactId)
    const action = { kind: 'join', ticketId: opened.ticketId! } as const
    const joined = await take(other, extraction({ order_number: field('DD2024') }, action))
    expect(joined).toMatchObject({ outcome: 'updated', ticketId: opened.ticketId })
    expect((await ticketOf(opened.ticketId)).orderNumber).toBe('DD2024')
  })

  it('does not let a stranger join a ticket whose number they know', async () => {
    const opened = await take(await conversation(), extraction({ phone: field('13605712844') }))
    const action = { kind: 'join', ticketId: opened.ticketId! } as const
    const stranger = await take(await conversation(), extraction({ order_number: field('DD2024') }, action))
    expect(stranger.outcome).toBe('opened')
    expect((await ticketOf(opened.ticketId)).orderNumber).toBeNull()
  })
})

describe('what is read while somebody else changes the ticket', () => {
  it('opens a follow-up when the ticket is cancelled at that moment', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    const taken = await takeDuring(
      (tx) => give(tx, opened.ticketId!, { name: 'cancel', reason: '不修了' }),
      () => take(id, extraction({ fault_description: field('漏水了请来修') })),
    )
    expect(taken.outcome).toBe('followed')
    expect(await ticketOf(taken.ticketId)).toMatchObject({ status: 'open', summary: '漏水了请来修' })
    expect(await ticketOf(opened.ticketId)).toMatchObject({ status: 'cancelled', summary: '' })
  })

  it('goes into the ticket that its own one is merged into at that moment', async () => {
    const id = await conversation()
    const opened = await take(id, extraction({ intent: field('repair') }))
    const other = await take(await conversation(), extraction({ intent: field('repair') }))
    const taken = await takeDuring(
      (tx) => merge(tx, opened.ticketId!, other.ticketId!),
      () => take(id, extraction({ order_number: field('DD2024') })),
    )
    expect(taken).toMatchObject({ outcome: 'updated', ticketId: other.ticketId })
    expect((await ticketOf(other.ticketId)).orderNumber).toBe('DD2024')
    expect((await ticketOf(opened.ticketId)).orderNumber).toBeNull()
  })

  it('joins the ticket that the named one is merged into at that moment', async () => {
    const contactId = derivedId('contact', 'merging')
    const named = await take(await conversation(contactId), extraction({ intent: field('repair') }))
    const other = await take(await conversation(contactId), extraction({ intent: field('repair') }))
    const action = { kind: 'join', ticketId: named.ticketId! } as const
    const id = await conversation(contactId)
    const taken = await takeDuring(
      (tx) => merge(tx, named.ticketId!, other.ticketId!),
      () => take(id, extraction({ order_number: field('DD2024') }, action)),
    )
    expect(taken).toMatchObject({ outcome: 'updated', ticketId: other.ticketId })
    expect((await ticketOf(other.ticketId)).orderNumber).toBe('DD2024')
  })

  it('does not join a named ticket that is cancelled at that moment', async () => {
    const contactId = derivedId('contact', 'cancelling')
    const named = await take(await conversation(contactId), extraction({ intent: field('repair') }))
    const action = { kind: 'join', ticketId: named.ticketId! } as const
    const id = await conversation(contactId)
    const taken = await takeDuring(
      (tx) => give(tx, named.ticketId!, { name: 'cancel', reason: '不修了' }),
      () => take(id, extraction({ order_number: field('DD2024') }, action)),
    )
    expect(taken.outcome).toBe('opened')
    expect((await ticketOf(taken.ticketId)).orderNumber).toBe('DD2024')
  })
})
