import { makeExecutor } from '../../src/app/execute.ts'
import { makeRunner } from '../../src/app/runner.ts'
import { type Actor, type Role, systemActor } from '../../src/contract/actor.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId, derivedIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import type { Result } from '../../src/kernel/result.ts'
import { readByRules } from '../../src/pipeline/extract.ts'
import { loadLexicon } from '../../src/pipeline/rules/lexicon.ts'
import { json } from '../../src/store/index.ts'
import { commands, handlers, makeTicketQueries } from '../../src/tickets/index.ts'
import { linkConversation } from '../../src/tickets/open.ts'
import type { WholeTicket } from '../../src/tickets/queries/get.ts'
import type { TicketPage } from '../../src/tickets/queries/list.ts'
import { appendTimeline } from '../../src/tickets/record.ts'
import { freshDatabase } from '../fresh-database.ts'

const startMs = Date.parse('2026-11-18T10:00:00+08:00')
export const hourMs = 3_600_000

/** Staff of the desk, by name. */
export const staff = { zhang: derivedId('staff', 'zhang'), li: derivedId('staff', 'li') }
export const groups = { repair: derivedId('group', 'repair'), install: derivedId('group', 'install') }

export function user(role: Role, name: string = role, staffId: string | null = null): Actor {
  return { kind: 'user', id: derivedId('user', name), name, roles: [role], staffId }
}
export const agent = user('agent')
export const admin = user('admin')
export const engineer = user('engineer', 'zhang', staff.zhang)
export const customer = (ticketId: string): Actor => ({ kind: 'link', id: 'l1', ticketId })

/** What a change of a ticket answers, and what besides some of them do. */
export interface Changed {
  readonly ticketId: string
  readonly number: string
  readonly version: number
  readonly expedited?: number
}

/** What a command or query answered; a refusal fails the test with its code. */
export function value<T = Changed>(result: Result<unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.refusal)}`)
  return result.value as T
}

/** The code of a refusal; `ok` when it was none. */
export function code(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.refusal.code
}

/** The tickets room behind the real executor, runner and database, on a clock that the test moves. */
export async function openTicketDesk() {
  const fresh = await freshDatabase()
  const { database } = fresh
  const clock = manualClock(startMs)
  const ids = derivedIds('desk')
  const executor = makeExecutor({ database, clock, ids, wrote: () => {}, accountsChanged: async () => {} })
  const lexicon = loadLexicon()
  const queries = makeTicketQueries({
    extract: async (input) => readByRules(input, lexicon),
    catalogue: async () => ({ categories: [{ name: '洗衣机', aliases: [] }], models: [], hotlines: [] }),
    timeZone: 'Asia/Shanghai',
  })
  await seed(database.db)
  const runner = makeRunner({
    database,
    handlers,
    worker: 'w1',
    concurrency: 1,
    clock,
    log: silentLog,
    wrote: () => {},
  })
  const named = <T extends { name: string }>(list: readonly T[], name: string) => {
    const found = list.find((item) => item.name === name)
    if (!found) throw new Error(`there is no ${name}`)
    return found
  }
  return {
    database,
    clock,
    tell: (name: string, actor: Actor, input: unknown) =>
      executor.execute(named(commands, name), actor, input),
    ask: (name: string, actor: Actor, input: unknown) => executor.ask(named(queries, name), actor, input),
    /** Works off the timers that are due now. */
    ring: () => runner.drain(),
    drop: () => fresh.drop(),
  }
}
export type TicketDesk = Awaited<ReturnType<typeof openTicketDesk>>

async function seed(db: Awaited<ReturnType<typeof freshDatabase>>['database']['db']): Promise<void> {
  const none = { skills: [], certs: [], duties: [] }
  await db
    .insertInto('staff')
    .values([
      { id: staff.zhang, number: 'E1', name: '张工', ...none },
      { id: staff.li, number: 'E2', name: '李工', ...none },
    ])
    .execute()
  const any = { intents: [], skills: [], regions: [], languages: [], tiers: [], channels: [] }
  await db
    .insertInto('skill_group')
    .values([
      { id: groups.repair, name: '维修组', hours: json('24x7'), ...any },
      { id: groups.install, name: '安装组', hours: json('24x7'), ...any },
    ])
    .execute()
  const title = (zh: string) => ({ zh, en: zh })
  const properties = {
    error_code: { type: 'string', title: title('故障代码'), maxLength: 10 },
    floors: { type: 'integer', title: title('楼层') },
  }
  await db
    .insertInto('ticket_type')
    .values({
      id: derivedId('type', 'repair'),
      key: 'repair',
      name: json(title('维修')),
      form: json({ type: 'object', properties, required: ['error_code'] }),
      sla: json({ firstResponse: hourMs, arrival: 24 * hourMs, resolution: 48 * hourMs }),
    })
    .execute()
  await db
    .insertInto('ticket_type')
    .values({
      id: derivedId('type', 'plain'),
      key: 'plain',
      name: json(title('一般')),
      form: json({ type: 'object', properties: {}, required: [] }),
      sla: json({ firstResponse: hourMs, resolution: 48 * hourMs }),
      isDefault: true,
    })
    .execute()
}

/** What tests of one desk say all the time. */
export function shorthand(desk: TicketDesk) {
  async function open(fields: object = { phone: '13605712844' }, more: object = {}): Promise<string> {
    return value(await desk.tell('ticket.create', agent, { fields, ...more })).ticketId
  }
  const get = async (ticketId: string, actor: Actor = agent) =>
    value<WholeTicket>(await desk.ask('ticket.get', actor, { ticketId }))
  const list = async (filter: object, actor: Actor = agent) =>
    value<TicketPage>(await desk.ask('ticket.list', actor, filter)).tickets
  const tell = (name: string, ticketId: string, input: object = {}, actor: Actor = agent) =>
    desk.tell(name, actor, { ticketId, ...input })

  /** A conversation that belongs to a ticket. */
  async function converse(ticketId: string, name: string): Promise<string> {
    const { db } = desk.database
    const [contactId, identityId, id] = ['contact', 'identity', 'conversation'].map((what) =>
      derivedId(what, name),
    )
    const at = new Date(desk.clock.now())
    await db.insertInto('contact').values({ id: contactId! }).execute()
    await db
      .insertInto('channel_identity')
      .values({ id: identityId!, accountId: derivedId('account'), externalId: name, contactId: contactId! })
      .execute()
    await db
      .insertInto('conversation')
      .values({
        id: id!,
        accountId: derivedId('account'),
        channel: 'email',
        threadKey: name,
        identityId: identityId!,
        openedAt: at,
        lastMessageAt: at,
      })
      .execute()
    await joins(id!, ticketId)
    return id!
  }

  /** Says that a conversation belongs to a ticket, as the pipeline does. */
  async function joins(conversationId: string, ticketId: string): Promise<void> {
    const cause = { actor: systemActor('test'), nowMs: desk.clock.now(), causeId: derivedId('joins') }
    await desk.database.transaction(async (tx) => {
      await linkConversation(tx, conversationId, ticketId, cause.nowMs)
      await appendTimeline(tx, ticketId, [{ type: 'conversation', payload: { conversationId } }], cause)
    })
  }
  return { open, get, list, tell, converse, joins }
}
