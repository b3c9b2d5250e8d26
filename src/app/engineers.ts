import type { Command, Query, TicketLinks } from '../access/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { EngineerAct, EngineerDesk, VisibleFile } from '../http/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { derivedId } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { type Job, standingOf } from '../router/index.ts'
import { type Database, sql } from '../store/index.ts'
import type { Executor } from './execute.ts'
import {
  endingOf,
  filesOf,
  type JobPage,
  messagesOf,
  nothingAsked,
  stepsOf,
  type ThreadMessage,
  type TicketOfJob,
  type TimelineEntry,
} from './job-view.ts'

/** What the desk of the engineers' page works with. */
export interface EngineerParts {
  readonly database: Database
  readonly executor: Executor
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
  readonly links: TicketLinks
  readonly clock: Clock
}

/** Who holds a link that works, and what it may show. */
interface Holder {
  readonly offerId: string
  readonly ticketId: string
  readonly phase: Job['phase']
  /** The same actor as a tap on the card. */
  readonly actor: Extract<Actor, { kind: 'card' }>
}

type Row = Parameters<typeof standingOf>[0] & {
  readonly ticketId: string
  readonly externalId: string
  readonly active: boolean
  readonly linked: boolean
  readonly ticket: Parameters<typeof standingOf>[1]
}

/** Everything that an engineer's page may ask and do, by a signed link to one offer. */
export function makeEngineerDesk(parts: EngineerParts): EngineerDesk {
  const { database, executor, links, clock } = parts
  const { db } = database

  async function readRow(offerId: string): Promise<Row | null> {
    const { rows } = await sql<Row>`
      select o."status", o."reason", o."staffId", o."expiresAt", o."groupId", o."ticketId", o."externalId", s."active",
        exists (select from staff_identity i where i."accountId" = o."accountId" and i."externalId" = o."externalId"
          and i."staffId" = o."staffId") as linked,
        json_build_object('status', t."status", 'groupId', t."groupId", 'assigneeId', t."assigneeId",
          'assignee', a."name") as ticket
      from offer o join staff s on s."id" = o."staffId" join ticket t on t."id" = o."ticketId"
        left join staff a on a."id" = t."assigneeId"
      where o."id" = ${offerId}`.execute(db)
    return rows[0] ?? null
  }

  /** Whoever holds a token, as long as the person is of the staff, the account theirs, and the job theirs or offered to them. */
  async function holderOf(token: string): Promise<Result<Holder>> {
    const link = links.readJob(token)
    if (!link) return refuse('job_link.invalid')
    const nowMs = clock.now()
    if (link.expiresAtMs <= nowMs) return refuse('job_link.expired')
    const row = await readRow(link.offerId)
    if (!row) return refuse('job_link.invalid')
    const gone = (stateZh: string, stateEn: string) => refuse('job.gone', { stateZh, stateEn })
    if (!row.active) return gone('员工账号已停用', 'the staff account was switched off')
    if (!row.linked) return gone('聊天账号已解除绑定', 'the chat account is no longer linked')
    const standing = standingOf(row, row.ticket, nowMs)
    if (!('phase' in standing)) return gone(standing.zh, standing.en)
    const { ticketId, externalId, staffId } = row
    const actor = { kind: 'card' as const, id: externalId, staffId }
    return ok({ offerId: link.offerId, ticketId, phase: standing.phase, actor })
  }

  async function ask<T>(name: string, actor: Actor, input: object): Promise<Result<T>> {
    const query = parts.queries.find((each) => each.name === name)!
    return (await executor.ask(query, actor, input)) as Result<T>
  }

  async function wasDone(id: string): Promise<boolean> {
    return Boolean(await db.selectFrom('command').select('id').where('id', '=', id).executeTakeFirst())
  }

  /** Runs a command once, however often its id comes: a phone asks again when an answer was lost. */
  async function once(name: string, actor: Actor, input: object, id: string): Promise<Result<unknown>> {
    if (await wasDone(id)) return ok(null)
    const command = parts.commands.find((each) => each.name === name)!
    const done = await executor.repeat(command, actor, input, id)
    return !done.ok && (await wasDone(id)) ? ok(null) : done
  }

  function commandOf(wish: EngineerAct, { offerId, ticketId }: Holder): [string, object] {
    switch (wish.act) {
      case 'accept':
        return ['offer.accept', { offerId }]
      case 'reject':
        return ['offer.reject', { offerId, reason: wish.reason }]
      case 'note':
        return ['ticket.note', { ticketId, text: wish.text }]
      case 'hold':
        return [
          'ticket.transition',
          { ticketId, command: 'hold', reason: wish.reason, untilMs: wish.untilMs },
        ]
      case 'resolve': {
        const { text, values } = wish
        return [
          'ticket.transition',
          { ticketId, command: 'resolve', values, ...(text === null ? {} : { text }) },
        ]
      }
      default:
        return ['ticket.transition', { ticketId, command: wish.act }]
    }
  }

  /** What may be another when the page looks again, in one short read. */
  async function stampOf({ offerId, ticketId }: Pick<Holder, 'offerId' | 'ticketId'>): Promise<string> {
    const { rows } = await sql<{ stamp: string }>`
      select concat_ws('.', o."version", t."version", t."timelineSeq", said.n, said.files, said.words) as stamp
      from offer o join ticket t on t."id" = o."ticketId", lateral (
        select max(m."seq") as n, sum((select count(*) from attachment f where f."messageId" = m."id" and f."state" = 'stored')) as files,
          sum((select count(*) from utterance u where u."messageId" = m."id")) as words
        from message m join conversation_ticket c on c."conversationId" = m."conversationId" where c."ticketId" = ${ticketId}
      ) said where o."id" = ${offerId}`.execute(db)
    return rows[0]!.stamp
  }

  /** Files of the job: all of a job that is the engineer's, only the customer's pictures while they are asked. */
  const filesFor = ({ ticketId, phase }: Holder) =>
    db
      .selectFrom('attachment as f')
      .innerJoin('message as m', 'm.id', 'f.messageId')
      .innerJoin('conversation_ticket as c', 'c.conversationId', 'm.conversationId')
      .select(['f.id', 'f.name', 'f.hash', 'f.size', 'f.contentType', 'f.state'])
      .where('c.ticketId', '=', ticketId)
      .where('f.state', '=', 'stored')
      .$if(phase === 'asked', (q) =>
        q.where('m.direction', '=', 'in').where('f.contentType', 'like', 'image/%'),
      )
      .orderBy('m.seq')
      .orderBy('f.ordinal')

  async function view(held: Holder): Promise<Result<JobPage>> {
    const { actor, offerId, ticketId } = held
    // Read before what it stands for: what changes meanwhile is seen by the next look.
    const stamp = await stampOf(held)
    const read = await ask<Job>('offer.job', actor, { offerId })
    if (!read.ok) return read
    const job = read.value
    const { phase } = job
    const found = await filesFor({ ...held, phase })
      .where('m.direction', '=', 'in')
      .limit(50)
      .execute()
    const media = filesOf(found).filter(({ contentType }) => /^(?:image|audio|video)\//.test(contentType))
    if (phase === 'asked')
      return ok({ ...job, stamp, media, messages: [], timeline: [], commands: [], ending: nothingAsked })
    const whole = await ask<TicketOfJob>('ticket.get', actor, { ticketId })
    if (!whole.ok) return whole
    const thread = await ask<{ messages: ThreadMessage[] }>('conversation.ofTicket', actor, { ticketId })
    if (!thread.ok) return thread
    const { timeline, commands } = whole.value
    const messages = messagesOf(thread.value.messages, await utterancesOf(ticketId))
    const steps = stepsOf(timeline, await namesOf(timeline))
    return ok({ ...job, stamp, media, messages, timeline: steps, commands, ending: endingOf(whole.value) })
  }

  const utterancesOf = (ticketId: string) =>
    db
      .selectFrom('utterance as u')
      .innerJoin('message as m', 'm.id', 'u.messageId')
      .innerJoin('conversation_ticket as c', 'c.conversationId', 'm.conversationId')
      .select(['u.messageId', 'u.speaker', 'u.text', 'u.startMs'])
      .where('c.ticketId', '=', ticketId)
      .orderBy('u.messageId')
      .orderBy('u.ordinal')
      .limit(500)
      .execute()

  async function namesOf(timeline: readonly TimelineEntry[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(timeline.flatMap(({ actor }) => actor.staffId ?? []))]
    if (ids.length === 0) return new Map()
    const rows = await db.selectFrom('staff').select(['id', 'name']).where('id', 'in', ids).execute()
    return new Map(rows.map(({ id, name }) => [id, name]))
  }

  return {
    async job(token, seen) {
      const held = await holderOf(token)
      if (!held.ok) return held
      if (seen !== '' && seen === (await stampOf(held.value))) return ok(null)
      return await view(held.value)
    },
    async act(token, actionId, wish) {
      const held = await holderOf(token)
      if (!held.ok) return held
      const { actor, offerId } = held.value
      const [name, input] = commandOf(wish, held.value)
      const done = await once(name, actor, input, derivedId('job-page', offerId, actionId))
      if (!done.ok) return done
      const after = await holderOf(token)
      return after.ok ? await view(after.value) : ok(null)
    },
    async file(token, id): Promise<Result<VisibleFile>> {
      const held = await holderOf(token)
      if (!held.ok) return held
      const found = await filesFor(held.value).where('f.id', '=', id).executeTakeFirst()
      const { name, hash, size, contentType } = found ?? {}
      return name !== undefined && hash && contentType && typeof size === 'number'
        ? ok({ name, hash, size, contentType })
        : refuse('not_found', { what: 'file' })
    },
  }
}
