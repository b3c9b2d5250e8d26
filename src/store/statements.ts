import type { Duplex } from 'node:stream'
import { type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
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

const mark = '/* unread */'
/** Ends a statement of which nobody reads how many rows it touched: `.modifyEnd(unread)`. In a transaction it is not waited for. */
export const unread = sql.raw(mark)

/** An insert of which no rows come back is unread by itself: all rows are written or it fails. Others say so. */
const isUnread = (text: string) =>
  text.endsWith(mark) || (text.startsWith('insert into ') && !/\b(returning|on conflict)\b/i.test(text))

type Answer = { command: string; rowCount: number | null; rows: unknown[] }

/**
 * The pool as the query builder uses it. Repeated statements are prepared. What is sent in one turn of the event loop leaves in one
 * write (connections are in pipeline mode, and every write wakes the server), so reads that do not need each other's answers are
 * best asked together. Inside a transaction its beginning, and statements whose answer nobody reads, are not waited for: they leave
 * with the next one. What such a statement failed with is thrown by the next one that is waited for, the commit at the latest:
 * PostgreSQL refuses everything in between, and nothing of the transaction stays.
 */
export function preparingPool(pool: pg.Pool): PostgresPool {
  const nameOf = makeNames()
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()

  function wrap(client: pg.PoolClient): PostgresPoolClient {
    const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection
    let open = false
    let ahead: Promise<unknown>[] = []

    /** Sends without waiting. */
    function sendAhead(text: string, values: readonly unknown[]): Answer {
      const answer = send(text, values)
      // Whoever sends the next statement hears of a failure.
      answer.catch(() => {})
      ahead.push(answer)
      return { command: 'INSERT', rowCount: 0, rows: [] }
    }

    function send(text: string, values: readonly unknown[]): Promise<Answer> {
      stream.cork()
      process.nextTick(() => stream.uncork())
      const name = values.length > 0 || text.startsWith('select ') ? nameOf(text) : undefined
      return client.query({ text, values: values as unknown[], ...(name ? { name } : {}) })
    }

    async function query(text: string, values: readonly unknown[] = []) {
      if (text.startsWith('start transaction')) {
        open = true
        return sendAhead(text, values)
      }
      if (open && isUnread(text)) return sendAhead(text, values)
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
