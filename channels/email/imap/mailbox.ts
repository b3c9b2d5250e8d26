import type { ImapFlow, SearchObject } from 'imapflow'
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
  /** A mail that could not be fetched, because the connection broke or the server did not give it, and how often. */
  failed: z.object({ uid: z.int(), times: z.int() }).nullable().default(null),
})
type Cursor = z.infer<typeof cursorSchema>

/** Mails of one commit. */
const batch = { mails: 25, bytes: 8 * 1024 * 1024 }
/** Mails up to this size are fetched several at a time, so many bytes together. */
const small = { bytes: 512 * 1024, together: 4 * 1024 * 1024 }
/** A mail that could not be fetched this often is fetched without its body … */
const headersAfter = 4
/** … and after this often not at all; a placeholder says so. */
const skipAfter = 6
/** Searched besides when UIDVALIDITY changed: IMAP searches by whole days, in the server's zone. */
const overlapMs = 2 * 24 * 3_600_000

/** A refusal that does not come as an error: the answer lacks what was asked for. Told like the NO that it stands for. */
class NotGiven extends Error {
  override readonly name = 'NotGiven'
  readonly responseStatus = 'NO'
}

interface Listed {
  readonly uid: number
  readonly size: number
  readonly internalDateMs: number | null
}

interface Fetched {
  readonly body: Buffer
  readonly place: MailPlace
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
  const found = await search(client, query)
  // `n:*` names the last mail even when its UID is below n (RFC 3501 section 6.4.8).
  return found.filter((uid) => uid > lastUid).sort((a, b) => a - b)
}

/** UIDs. A refused search is none that found nothing: the cursor would pass over every mail of the first visit. */
async function search(client: ImapFlow, query: SearchObject): Promise<number[]> {
  const found = await client.search(query, { uid: true })
  if (!Array.isArray(found)) throw new NotGiven('the mail server refused to search')
  return found
}

/** Size and date of mails. One that the answer leaves out stays in the list: fetching it tells whether it is gone. */
async function list(client: ImapFlow, uids: readonly number[]): Promise<Listed[]> {
  const rows = await client.fetchAll(
    [...uids].join(','),
    { uid: true, size: true, internalDate: true },
    { uid: true },
  )
  const known = new Map(rows.map((row) => [row.uid, row]))
  return uids.map((uid) => {
    const { size = 0, internalDate } = known.get(uid) ?? {}
    return { uid, size, internalDateMs: internalDate ? new Date(internalDate).getTime() || null : null }
  })
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
      // After a failure mails are fetched one by one, so that the one that failed is known.
      const group = this.cursor.failed ? rows.slice(at, at + 1) : smallOnes(rows, at, this.io.config.maxBytes)
      const bodies = group.length > 1 ? await this.fetchGroup(group) : null
      for (const row of group) {
        const body = bodies?.get(row.uid)
        await this.add(row.uid, body ? { body, place: this.placeOf(row, false) } : await this.fetch(row))
      }
      at += group.length
    }
  }

  /** Puts a mail into the batch and the cursor behind it; null for one that is gone. */
  private async add(uid: number, mail: Fetched | null): Promise<void> {
    if (mail) {
      this.items.push(...itemsOf(mail, this.io))
      this.bytes += mail.body.length
      this.mails++
    }
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
      return new Map(rows.flatMap((row) => (row.source?.length ? [[row.uid, row.source] as const] : [])))
    } catch (error) {
      // Refused: asked for one by one, it shows which mail is meant.
      if (this.client.usable) return new Map()
      return await this.failed(group[0]!.uid, 1, error)
    }
  }

  /** A mail alone; null when it is gone. What failed too often is a placeholder: nothing is passed over without one. */
  private async fetch(row: Listed): Promise<Fetched | null> {
    const failures = this.cursor.failed?.uid === row.uid ? this.cursor.failed.times : 0
    if (failures >= skipAfter) return { body: Buffer.alloc(0), place: this.placeOf(row, true) }
    const oversize = row.size > this.io.config.maxBytes || failures >= headersAfter
    try {
      const body = await fetchMail(this.client, row.uid, oversize)
      return body && { body, place: this.placeOf(row, oversize) }
    } catch (error) {
      return await this.failed(row.uid, failures + 1, error)
    }
  }

  /**
   * Notes at which mail reading failed, after what was read before it is safe. A NO counts like a broken connection: servers say it
   * when they are busy, too, and a moment later they give the mail.
   */
  private async failed(uid: number, times: number, error: unknown): Promise<never> {
    const reason = error instanceof Error ? error.message : String(error)
    this.io.log.warn({ mailbox: this.path, uid, times, reason }, 'a mail could not be fetched')
    await this.commit()
    // On a first visit nothing is read yet: without its place the next one would begin at the mailbox's first mail.
    this.cursor = { ...this.cursor, lastUid: Math.max(this.cursor.lastUid, uid - 1), failed: { uid, times } }
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

/** A mail's bytes; null when it was expunged between the list and the fetch. Rejects when the server does not give it. */
async function fetchMail(client: ImapFlow, uid: number, headersOnly: boolean): Promise<Buffer | null> {
  const row = await client.fetchOne(String(uid), headersOnly ? { headers: true } : { source: true }, {
    uid: true,
  })
  const bytes = row ? (headersOnly ? row.headers : row.source) : undefined
  if (bytes?.length) return bytes
  // NIL, nothing, or no answer at all: only the mailbox itself tells whether there is such a mail.
  if (!(await search(client, { uid: String(uid) })).includes(uid)) return null
  throw new NotGiven('the mail server answered without the mail')
}

/** The envelopes of a mail as items for the inbox. */
function itemsOf({ body, place }: Fetched, io: ConnectIo<EmailConfig>): ReceiveItem[] {
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
