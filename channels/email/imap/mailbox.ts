import type { ImapFlow } from 'imapflow'
import { z } from 'zod'
import type { ConnectIo, ReceiveItem } from '../../../src/contract/ports.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { EmailConfig } from '../config.ts'
import { parse } from '../parse.ts'
import { fetchedRequest, type MailPlace } from '../verify.ts'

/** How far a mailbox was read. Saved with the mails that it covers, in one transaction. */
const cursorSchema = z.object({
  uidValidity: z.string(),
  lastUid: z.int(),
  /** When it was last read to its end, ms: how far back to look when UIDVALIDITY changes. */
  readAtMs: z.number(),
  /** A mail during which the connection broke, and how often. */
  failed: z.object({ uid: z.int(), times: z.int() }).nullable().default(null),
})
type Cursor = z.infer<typeof cursorSchema>

/** Mails of one commit. */
const batch = { mails: 25, bytes: 8 * 1024 * 1024 }
/** Mails up to this size are fetched several at a time, so many bytes together. */
const small = { bytes: 512 * 1024, together: 4 * 1024 * 1024 }
/** A mail that broke the connection this often is fetched without its body … */
const headersAfter = 4
/** … and after this often not at all; a placeholder says so. */
const skipAfter = 6
/** Searched besides when UIDVALIDITY changed: IMAP searches by whole days, in the server's zone. */
const overlapMs = 2 * 24 * 3_600_000

interface Listed {
  readonly uid: number
  readonly size: number
  readonly internalDateMs: number | null
}

/**
 * Reads what is new in a mailbox, oldest first: UIDs above the cursor; on the first visit the configured days; after a
 * change of UIDVALIDITY everything since the last visit, where the dedupe keys tell what is known. Each batch is durable
 * before the next one is fetched. Returns how many mails were handed over.
 */
export async function readMailbox(
  client: ImapFlow,
  path: string,
  io: ConnectIo<EmailConfig>,
): Promise<number> {
  const lock = await client.getMailboxLock(path, { readOnly: true })
  try {
    const { mailbox } = client
    if (!mailbox) throw new Error(`the mailbox ${path} could not be opened`)
    // Servers tell of new mails with the next answer; one without IDLE has to be asked.
    await client.noop()
    const { uidNext } = mailbox
    const uidValidity = String(mailbox.uidValidity)
    const known = cursorSchema.safeParse(await io.cursor(nameOf(path)))
    const saved = known.success && known.data.uidValidity === uidValidity ? known.data : null
    const start = saved ?? { uidValidity, lastUid: 0, readAtMs: io.clock.now(), failed: null }
    const last = known.success ? known.data.readAtMs - overlapMs : null
    const uids = mailbox.exists === 0 ? [] : await newUids(client, start.lastUid, firstVisit(saved, last, io))
    const reading = new MailboxReading(client, path, io, start)
    for (let at = 0; at < uids.length && !io.signal.aborted; at += 100) {
      await reading.read(await list(client, uids.slice(at, at + 100)))
    }
    const end = Math.max(start.lastUid, uids.at(-1) ?? 0, saved ? 0 : uidNext - 1)
    if (!io.signal.aborted) await reading.finish(end, saved === null || uids.length > 0)
    return reading.handed
  } finally {
    lock.release()
  }
}

function nameOf(path: string): string {
  return `imap:${path}`
}

/** From when on mails of a mailbox without a usable cursor are fetched, ms; null when there is a cursor. */
function firstVisit(
  saved: Cursor | null,
  lastVisitMs: number | null,
  io: ConnectIo<EmailConfig>,
): number | null {
  if (saved) return null
  const backfillMs = io.clock.now() - io.config.backfillDays * 24 * 3_600_000
  return lastVisitMs === null ? backfillMs : Math.min(lastVisitMs, backfillMs)
}

async function newUids(client: ImapFlow, lastUid: number, sinceMs: number | null): Promise<number[]> {
  const query = sinceMs === null ? { uid: `${lastUid + 1}:*` } : { since: new Date(sinceMs) }
  const found = (await client.search(query, { uid: true })) || []
  // `n:*` names the last mail even when its UID is below n (RFC 3501 section 6.4.8).
  return found.filter((uid) => uid > lastUid).sort((a, b) => a - b)
}

async function list(client: ImapFlow, uids: readonly number[]): Promise<Listed[]> {
  const rows = await client.fetchAll(
    [...uids].join(','),
    { uid: true, size: true, internalDate: true },
    { uid: true },
  )
  return rows
    .map((row) => ({
      uid: row.uid,
      size: row.size ?? 0,
      internalDateMs: row.internalDate ? new Date(row.internalDate).getTime() || null : null,
    }))
    .sort((a, b) => a.uid - b.uid)
}

/** One pass over a mailbox: collects mails into batches and commits them in order. */
class MailboxReading {
  handed = 0
  private items: ReceiveItem[] = []
  private bytes = 0
  private mails = 0
  private cursor: Cursor
  private readonly client: ImapFlow
  private readonly path: string
  private readonly io: ConnectIo<EmailConfig>

  constructor(client: ImapFlow, path: string, io: ConnectIo<EmailConfig>, cursor: Cursor) {
    this.client = client
    this.path = path
    this.io = io
    this.cursor = cursor
  }

  async read(rows: readonly Listed[]): Promise<void> {
    for (let at = 0; at < rows.length && !this.io.signal.aborted; ) {
      // After a break mails are fetched one by one, so that the one that broke it is known.
      const group = this.cursor.failed ? rows.slice(at, at + 1) : smallOnes(rows, at, this.io.config.maxBytes)
      const bodies = group.length > 1 ? await this.fetchGroup(group) : null
      for (const row of group) {
        const body = bodies?.get(row.uid)
        const mail = body ? { body, place: this.placeOf(row, false) } : await this.fetch(row)
        await this.add(row.uid, mail.body, mail.place)
      }
      at += group.length
    }
  }

  private async add(uid: number, body: Buffer, place: MailPlace): Promise<void> {
    this.items.push(...itemsOf(body, place, this.io))
    this.bytes += body.length
    this.mails++
    this.cursor = { ...this.cursor, lastUid: uid, failed: null }
    if (this.mails >= batch.mails || this.bytes >= batch.bytes) await this.commit()
  }

  /** Commits the rest and says that the mailbox was read to its end. */
  async finish(lastUid: number, isNews: boolean): Promise<void> {
    const isStale = this.io.clock.now() - this.cursor.readAtMs > 3_600_000
    this.cursor = { ...this.cursor, lastUid, readAtMs: this.io.clock.now() }
    if (isNews || isStale) await this.commit()
  }

  private async commit(): Promise<void> {
    const { io, items, mails } = this
    await io.receive(items, { accountId: io.accountId, name: nameOf(this.path), value: this.cursor })
    this.handed += mails
    this.items = []
    this.bytes = 0
    this.mails = 0
  }

  private placeOf(row: Listed, oversize: boolean): MailPlace {
    return { ...row, mailbox: this.path, uidValidity: this.cursor.uidValidity, oversize }
  }

  /** Several small mails by one command; those that are missing in the answer are fetched one by one. */
  private async fetchGroup(group: readonly Listed[]): Promise<Map<number, Buffer>> {
    const uids = group.map((row) => row.uid).join(',')
    try {
      const rows = await this.client.fetchAll(uids, { uid: true, source: true }, { uid: true })
      return new Map(rows.flatMap((row) => (row.source ? [[row.uid, row.source] as const] : [])))
    } catch (error) {
      if (this.client.usable) return new Map()
      return await this.broke(group[0]!.uid, 1, error)
    }
  }

  private async fetch(row: Listed): Promise<{ body: Buffer; place: MailPlace }> {
    const failures = this.cursor.failed?.uid === row.uid ? this.cursor.failed.times : 0
    const oversize = row.size > this.io.config.maxBytes || failures >= headersAfter
    const nothing = { body: Buffer.alloc(0), place: this.placeOf(row, true) }
    if (failures >= skipAfter) return nothing
    try {
      return { body: await fetchMail(this.client, row.uid, oversize), place: this.placeOf(row, oversize) }
    } catch (error) {
      if (!this.client.usable) return await this.broke(row.uid, failures + 1, error)
      // The server answered and lives: this mail is its trouble alone.
      const reason = error instanceof Error ? error.message : String(error)
      this.io.log.warn({ mailbox: this.path, uid: row.uid, reason }, 'the mail server refused to give a mail')
      return nothing
    }
  }

  /** Notes at which mail the connection broke, after what was read before it is safe. */
  private async broke(uid: number, times: number, error: unknown): Promise<never> {
    const reason = error instanceof Error ? error.message : String(error)
    this.io.log.warn(
      { mailbox: this.path, uid, times, reason },
      'the connection broke while a mail was fetched',
    )
    await this.commit()
    this.cursor = { ...this.cursor, failed: { uid, times } }
    await this.commit()
    throw error
  }
}

/** Mails from `at` on that are small enough to be fetched together; at least one. */
function smallOnes(rows: readonly Listed[], at: number, maxBytes: number): readonly Listed[] {
  let bytes = 0
  let end = at
  while (end < rows.length && end < at + batch.mails && rows[end]!.size <= Math.min(small.bytes, maxBytes)) {
    bytes += rows[end]!.size
    if (bytes > small.together) break
    end++
  }
  return rows.slice(at, Math.max(end, at + 1))
}

async function fetchMail(client: ImapFlow, uid: number, headersOnly: boolean): Promise<Buffer> {
  const row = await client.fetchOne(String(uid), headersOnly ? { headers: true } : { source: true }, {
    uid: true,
  })
  // Expunged between the list and the fetch: nothing is there to be read.
  if (!row) return Buffer.alloc(0)
  return (headersOnly ? row.headers : row.source) ?? Buffer.alloc(0)
}

/** The envelopes of a mail as items for the inbox; a mail that vanished gives none. */
function itemsOf(body: Buffer, place: MailPlace, io: ConnectIo<EmailConfig>): ReceiveItem[] {
  if (body.length === 0 && !place.oversize) return []
  const { accountId, config } = io
  const request = fetchedRequest(body, place, io.clock.now(), config)
  const claims: JsonObject = { ...place }
  return parse({ request, claims }, config).map(({ kind, dedupeKey, senderKey }, part) => ({
    accountId,
    request,
    claims,
    part,
    kind,
    dedupeKey,
    senderKey,
  }))
}
