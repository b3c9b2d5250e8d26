import { randomBytes } from 'node:crypto'

const minute = 60_000

export type Row = Readonly<Record<string, unknown>> & { readonly msgid: string }

/** What waits for one customer-service account: rows for three days, tokens of callbacks, and a strict rate without one. */
export class KfQueue {
  readonly #rows: Row[] = []
  readonly #tokens = new Map<string, number>()
  #bare: number[] = []
  readonly #now: () => number
  /** Rows of one page at most, whatever is asked for. */
  pageSize: number
  /** Calls without a token that are answered within a minute. */
  bareCalls = 20

  constructor(now: () => number, pageSize: number) {
    this.#now = now
    this.pageSize = pageSize
  }

  add(row: Row): void {
    this.#rows.push(row)
  }

  rows(): readonly Row[] {
    return this.#rows
  }

  /** A new token for the next callback, good for ten minutes. */
  token(): string {
    const token = `ENC${randomBytes(20).toString('base64url')}`
    this.#tokens.set(token, this.#now() + 10 * minute)
    return token
  }

  sync(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const now = this.#now()
    const { cursor = '', token, limit } = body as { cursor?: string; token?: string; limit?: number }
    if (token !== undefined) {
      if ((this.#tokens.get(token) ?? 0) <= now) return { errcode: 95007, errmsg: 'invalid msg token' }
    } else {
      this.#bare = [...this.#bare.filter((at) => at > now - minute), now]
      if (this.#bare.length > this.bareCalls) return { errcode: 45009, errmsg: 'api freq out of limit' }
    }
    const from = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64url').toString())
    if (!Number.isInteger(from)) return { errcode: 40058, errmsg: 'invalid cursor' }
    const size = Math.min(this.pageSize, limit ?? 1000)
    const end = Math.min(from + size, this.#rows.length)
    const next = Buffer.from(String(end)).toString('base64url')
    const list = this.#rows
      .slice(from, end)
      .filter((row) => Number(row.send_time) * 1000 > now - 72 * 60 * minute)
    return {
      errcode: 0,
      errmsg: 'ok',
      next_cursor: next,
      has_more: end < this.#rows.length ? 1 : 0,
      msg_list: list,
    }
  }
}
