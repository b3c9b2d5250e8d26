import type { Duplex } from 'node:stream'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** Statements that are kept prepared on each connection at most. */
const most = 600
/** Longer ones are rare and large: inserts of many rows, migrations. */
const longestText = 8_000
/** A statement that is seen this often is worth a name. */
const often = 3

/**
 * `on conflict (…) where "state" = $1`: once PostgreSQL keeps a plan for all values, it cannot tell that the parameter means the
 * partial index, and refuses the statement.
 */
const guessesIndex = /\bon conflict \([^)]*\) where [^$]*\$/

/** Names the statements that come again and again, so that each connection parses and plans them once. */
function makeNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const seen = new Map<string, number>()
  return (text) => {
    const name = names.get(text)
    if (name || names.size >= most || text.length > longestText || guessesIndex.test(text)) return name
    const times = (seen.get(text) ?? 0) + 1
    if (times < often) {
      // What is written once a day must not push out what comes every second.
      if (seen.size >= 4 * most) seen.clear()
      seen.set(text, times)
      return undefined
    }
    seen.delete(text)
    names.set(text, `y${names.size}`)
    return names.get(text)
  }
}

/**
 * An insert whose answer nobody reads: no rows come back, and all rows are written or the statement fails. The query builder tells
 * how many rows an `on conflict` wrote, so those are waited for.
 */
const unread = (text: string) => text.startsWith('insert into ') && !/\b(returning|on conflict)\b/i.test(text)

type Answer = { command: string; rowCount: number | null; rows: unknown[] }

/**
 * The pool as the query builder uses it. Repeated statements are prepared. Inside a transaction its beginning, and inserts whose
 * answer nobody reads, are sent without waiting for the answer, together with the next statement in one write (connections are in
 * pipeline mode, and every write wakes the server). What such an insert failed with is thrown by the next statement that is waited
 * for, the commit at the latest: PostgreSQL refuses everything in between, and nothing of the transaction stays.
 */
export function preparingPool(pool: pg.Pool): PostgresPool {
  const nameOf = makeNames()
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()

  function wrap(client: pg.PoolClient): PostgresPoolClient {
    const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection
    let open = false
    let ahead: Promise<unknown>[] = []

    /** Sends without waiting; what the same turn of the event loop sends next goes along in one write. */
    function sendAhead(text: string, values: readonly unknown[]): Answer {
      stream.cork()
      process.nextTick(() => stream.uncork())
      const answer = send(text, values)
      // Whoever sends the next statement hears of a failure.
      answer.catch(() => {})
      ahead.push(answer)
      return { command: 'INSERT', rowCount: 0, rows: [] }
    }

    function send(text: string, values: readonly unknown[]): Promise<Answer> {
      const name = values.length > 0 ? nameOf(text) : undefined
      return client.query({ text, values: values as unknown[], ...(name ? { name } : {}) })
    }

    async function query(text: string, values: readonly unknown[] = []) {
      if (text.startsWith('start transaction')) {
        open = true
        return sendAhead(text, values)
      }
      if (open && unread(text)) return sendAhead(text, values)
      if (text === 'commit' || text === 'rollback') open = false
      const earlier = ahead
      ahead = []
      const answer = send(text, values)
      if (earlier.length > 0) answer.catch(() => {})
      // Undoing what failed is not a failure.
      if (text === 'rollback') await Promise.allSettled(earlier)
      else for (const sent of earlier) await sent
      return await answer
    }

    return {
      query,
      release: (...args: [boolean?]) => client.release(...args),
    } as unknown as PostgresPoolClient
  }

  return {
    async connect() {
      const client = await pool.connect()
      let wrapped = clients.get(client)
      if (!wrapped) {
        wrapped = wrap(client)
        clients.set(client, wrapped)
      }
      return wrapped
    },
    end: () => pool.end(),
  } as PostgresPool
}
