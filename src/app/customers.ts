import type { QrConfig } from '../../channels/qr/config.ts'
import { formLimits, uploadRule } from '../../channels/qr/limits.ts'
import { replyRequest } from '../../channels/qr/reply.ts'
import {
  accountOf,
  formLifeMs,
  type Link,
  readLink,
  readReceipt,
  signPass,
  signUpload,
} from '../../channels/qr/token.ts'
import type { Command, Query, TicketLinks } from '../access/index.ts'
import { type Linked, maskedAddress, openRequests, readLinked } from '../catalogue/index.ts'
import type { Actor } from '../contract/actor.ts'
import type { MediaStore, ReceivePort } from '../contract/ports.ts'
import { readSubmission, replyTarget, type Submission, saidIn, writtenSince } from '../conversations/index.ts'
import { businessDay } from '../directory/index.ts'
import type { CustomerDesk } from '../http/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Database } from '../store/index.ts'
import { survivorOf } from '../tickets/index.ts'
import type { Account, Registry } from './channels.ts'
import type { Config } from './config.ts'
import { type ProgressView, type TicketProgress, viewOf } from './customer-view.ts'
import type { Executor } from './execute.ts'
import { makeUploadQuota } from './upload-quota.ts'

/** What one customer may write on a progress page: so many messages in ten minutes. */
const [repliesInWindow, replyWindowMs] = [20, 600_000]

type Customer = Extract<Actor, { kind: 'link' }>

/** What the desk of the customers' pages works with. */
export interface CustomerParts {
  readonly registry: Registry
  readonly database: Database
  readonly media: MediaStore
  readonly executor: Executor
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
  readonly links: TicketLinks
  readonly clock: Clock
  readonly receive: ReceivePort
}

/** What a token of a progress page stands for. */
interface Holder {
  readonly account: Account | null
  readonly submission: Submission | null
  /** The ticket that a link was made for; null for a receipt. What the customer said of it is theirs, wherever the work goes on. */
  readonly linkedId: string | null
  /** Whose ticket is the one in which the work goes on. */
  readonly customer: Customer | null
}

type Signed = Result<{ readonly account: Account; readonly config: QrConfig }>

/** The QR account that signed a token, by the id in it, as long as it is switched on. */
export function qrAccount(registry: Registry, token: string): Signed {
  const signed = signedBy(registry, token)
  return signed.ok && !signed.value.account.enabled ? refuse('link.invalid') : signed
}

/** The QR account that signed a token: what it once took can be followed also when it takes nothing new. */
function signedBy(registry: Registry, token: string): Signed {
  const id = accountOf(token)
  const account = id ? registry.byId(id) : undefined
  return account?.kind === 'qr' ? ok({ account, config: account.config as QrConfig }) : refuse('link.invalid')
}

/** The address under which people reach the pages; this machine's own when none is configured. */
export function linkBase({ publicUrl, host, port }: Config): string {
  if (publicUrl) return publicUrl
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}

/** Everything that the customers' pages may ask, by signed tokens only. */
export function makeCustomerDesk(parts: CustomerParts): CustomerDesk & {
  /** The customer behind a token, for commands and queries; null when it does not hold. */
  customer(token: string): Promise<Customer | null>
} {
  const { registry, database, media, links, clock } = parts
  const uploads = makeUploadQuota()

  /** Stores an upload, and says in any case how much of its room it took. */
  async function store(
    content: AsyncIterable<Uint8Array>,
    options: Parameters<MediaStore['put']>[1],
    taken: (bytes: number) => void,
  ) {
    let bytes = 0
    try {
      const stored = await media.put(content, options)
      if (stored.ok) bytes = stored.value.size
      return stored
    } finally {
      taken(bytes)
    }
  }

  /** A link whose row still has its version. */
  async function openLink(token: string) {
    const found = qrAccount(registry, token)
    if (!found.ok) return found
    const { account, config } = found.value
    const link = readLink(token, config.linkSecrets)
    if (!link.ok) return link
    const row = await currentRow(link.value)
    return row ? ok({ account, config, link: link.value, row }) : refuse('link.expired')
  }

  async function currentRow(link: Pick<Link, 'kind' | 'id' | 'linkVersion'>): Promise<Linked | null> {
    const row = await readLinked(database.db, link)
    return row?.linkVersion === link.linkVersion ? row : null
  }

  async function holderOf(token: string): Promise<Result<Holder>> {
    const linked = links.read(token)
    if (linked) {
      const { ticketId: linkedId } = linked
      const customer = { ...linked, ticketId: await survivorOf(database.db, linkedId) }
      return ok({ account: null, submission: null, linkedId, customer })
    }
    const found = signedBy(registry, token)
    if (!found.ok) return found
    const { account, config } = found.value
    const receipt = readReceipt(token, config.linkSecrets)
    if (!receipt.ok) return receipt
    const submission = await readSubmission(database.db, receipt.value.envelopeId)
    if (!submission || submission.accountId !== account.id) return refuse('link.invalid')
    const link = submission.claims.link as unknown as Link | undefined
    // Its content was erased: nobody can tell any more whose page it was.
    if (!link) return refuse('link.expired')
    if (!(await currentRow({ ...link, linkVersion: receipt.value.linkVersion })))
      return refuse('link.expired')
    const { ticketId } = submission
    const behind = ticketId ? { kind: 'link' as const, id: receipt.value.envelopeId, ticketId } : null
    return ok({ account, submission, linkedId: null, customer: behind })
  }

  async function progress(token: string): Promise<Result<ProgressView>> {
    const held = await holderOf(token)
    return held.ok ? await view(held.value) : held
  }

  /** The conversation in which the holder of a token can write. */
  async function targetOf({ submission, linkedId }: Holder) {
    const about = submission?.conversationId
      ? { conversationId: submission.conversationId }
      : linkedId && { ticketId: linkedId }
    const target = about ? await replyTarget(database.db, about, 'qr') : null
    return target && registry.byId(target.accountId)?.enabled ? target : null
  }

  async function view(held: Holder): Promise<Result<ProgressView>> {
    const { account, submission, linkedId, customer } = held
    const hotline = (account?.config as QrConfig | undefined)?.hotline ?? (await companyHotline())
    const target = await targetOf(held)
    const said = target && (await saidIn(database.db, target.conversationId, target.seq))
    if (!customer) return ok(viewOf({ submission, ticket: null, facts: null, hotline, said }))
    const query = parts.queries.find((each) => each.name === 'ticket.progress')!
    const answer = await parts.executor.ask(query, customer, { ticketId: customer.ticketId })
    if (!answer.ok) return refuse('link.expired')
    const facts = await database.db
      .selectFrom('ticket as t')
      .leftJoin('staff as s', 's.id', 't.assigneeId')
      .innerJoin('ticket as own', (join) => join.on('own.id', '=', linkedId ?? customer.ticketId))
      .select(['own.summary', 'own.createdAt', 't.updatedAt', 's.name as engineer'])
      .where('t.id', '=', customer.ticketId)
      .executeTakeFirstOrThrow()
    return ok(viewOf({ submission, ticket: answer.value as TicketProgress, facts, hotline, said }))
  }

  async function companyHotline(): Promise<string | null> {
    const row = await database.db
      .selectFrom('setting')
      .select('value')
      .where('name', '=', 'company.hotlines')
      .executeTakeFirst()
    return Array.isArray(row?.value) && row.value.length > 0 ? String(row.value[0]) : null
  }

  return {
    progress,
    async customer(token) {
      const held = await holderOf(token)
      return held.ok ? held.value.customer : null
    },
    async link(token) {
      const opened = await openLink(token)
      if (!opened.ok) return opened
      const { account, config, link, row } = opened.value
      const open = link.kind === 'device' ? await openRequests(database.db, link.id) : []
      const nowMs = clock.now()
      const pass = signPass(
        token,
        { version: row.version, expiresAtMs: nowMs + formLifeMs },
        config.linkSecrets,
      )
      return ok({
        accountId: account.id,
        accountName: account.name,
        hotline: config.hotline ?? (await companyHotline()),
        device: row.device && deviceView(row.device, await businessDay(database.db, nowMs)),
        site: row.site,
        address: maskedAddress(row.address),
        askLocation: config.askLocation,
        open: open.map(({ number, createdAt }) => ({ number, since: createdAt.toISOString() })),
        limits: formLimits,
        pass,
      })
    },
    async upload(token, { declaredType, content }) {
      const opened = await openLink(token)
      if (!opened.ok) return opened
      const rule = uploadRule(declaredType)
      if (!rule) return refuse('media.type_refused', { type: declaredType })
      const { kind, id } = opened.value.link
      const room = uploads.reserve(`${kind}:${id}`, rule.maxBytes, clock.now())
      if (!room.ok) return room
      const stored = await store(content, { declaredType, ...rule }, room.value.taken)
      if (!stored.ok) return stored
      const expiresAtMs = clock.now() + formLifeMs
      const upload = signUpload(token, { ...stored.value, expiresAtMs }, opened.value.config.linkSecrets)
      return ok({ upload, contentType: stored.value.contentType, size: stored.value.size })
    },
    async expedite(token) {
      const held = await holderOf(token)
      if (!held.ok) return held
      const { customer } = held.value
      if (!customer) return refuse('ticket.not_waiting')
      const command = parts.commands.find((each) => each.name === 'ticket.expedite')!
      const done = await parts.executor.execute(command, customer, { ticketId: customer.ticketId })
      return done.ok ? await view(held.value) : done
    },
    async reply(token, written) {
      const held = await holderOf(token)
      if (!held.ok) return held
      const target = await targetOf(held.value)
      if (!target) return refuse('link.no_conversation')
      const found = registry.find('qr', target.accountId)
      if (!found.ok) return refuse('link.expired')
      const nowMs = clock.now()
      if ((await writtenSince(database.db, target.conversationId, nowMs - replyWindowMs)) >= repliesInWindow)
        return refuse('request.rate_limited', { waitMs: replyWindowMs })
      const { channel, config } = found.value
      const { linkSecrets } = config as QrConfig
      const request = replyRequest(target.accountId, { ...written, ...target }, linkSecrets, nowMs)
      // The channel's own path, as if it had come from outside: verified, read, stored, and only then answered.
      const verified = channel.verify(request, config, nowMs)
      if (!verified.ok) return verified
      const { claims } = verified.value
      const items = channel.parse(verified.value, config).map(({ kind, dedupeKey, senderKey }, part) => ({
        ...{ accountId: target.accountId, request, claims, part },
        ...{ kind, dedupeKey, senderKey },
      }))
      const outcomes = await parts.receive(items)
      return ok({ duplicate: outcomes.every((outcome) => outcome.duplicate) })
    },
  }
}

function deviceView(device: NonNullable<Linked['device']>, today: string) {
  const { category, model, serialNumber, warrantyUntil } = device
  const warranty = warrantyUntil === null ? 'unknown' : today <= warrantyUntil ? 'in' : 'out'
  return { category, model, serialNumber, warranty, warrantyUntil }
}
