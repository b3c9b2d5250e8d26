import type { FreshToken, LeasePort, TokenPort } from '../../contract/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Database, type SecretBox, sealIdentity } from '../../store/index.ts'
import { pause } from './pause.ts'

export interface TokensOptions {
  readonly database: Database
  readonly box: SecretBox
  readonly leases: LeasePort
  readonly clock: Clock
}

/** A fetch that takes longer is given up by the others, ms. */
const fetchLeaseMs = 30_000
/** How often those who wait look whether the one who fetches is done, ms. */
const lookMs = 100
/** Tokens are replaced this long before their end at the earliest, ms. */
const earliestMs = 5 * 60_000

interface Held {
  readonly value: string
  readonly renewAtMs: number
  readonly expiresAtMs: number
}

/** The token port of each account, on the table `channel_token` and a lease for each token (contract/ports.ts). */
export function makeTokens(options: TokensOptions): (accountId: string) => TokenPort {
  const { clock } = options
  const held = new Map<string, Held>()
  const fetching = new Map<string, Promise<Held>>()

  const good = (token: Held | undefined, refused: string | undefined): token is Held =>
    token !== undefined && token.value !== refused && clock.now() < token.renewAtMs

  /** Everybody of this process who needs the same token waits for one look at the table. */
  function shared(
    id: string,
    fetchToken: () => Promise<FreshToken>,
    refused: string | undefined,
  ): Promise<Held> {
    const running = fetching.get(id)
    if (running) return running
    const found = obtain(options, id, (token) => good(token, refused), fetchToken).finally(() =>
      fetching.delete(id),
    )
    fetching.set(id, found)
    return found
  }

  return (accountId) => ({
    async get(name, fetchToken, refused) {
      const id = `${accountId}:${name}`
      for (;;) {
        const known = held.get(id)
        if (good(known, refused)) return known.value
        const joined = fetching.has(id)
        const found = await shared(id, fetchToken, refused)
        held.set(id, found)
        // Who joined a look that began before its token was refused may have been given that very token.
        if (!joined || found.value !== refused) return found.value
      }
    },
  })
}

/** The stored token, or a new one that is stored; fetched by one process at a time. */
async function obtain(
  options: TokensOptions,
  id: string,
  good: (token: Held | undefined) => token is Held,
  fetchToken: () => Promise<FreshToken>,
): Promise<Held> {
  const { leases, clock } = options
  const giveUpMs = performance.now() + fetchLeaseMs
  for (;;) {
    const stored = await read(options, id)
    if (good(stored)) return stored
    const lease = await leases.acquire(`token:${id}`, fetchLeaseMs)
    if (lease) {
      try {
        const now = await read(options, id)
        if (good(now)) return now
        return await store(options, id, await fetchToken(), clock.now())
      } finally {
        await lease.release()
      }
    }
    if (performance.now() > giveUpMs)
      throw new Error('another process fetches the token and does not come to an end')
    await pause(lookMs)
  }
}

async function read({ database, box }: TokensOptions, id: string): Promise<Held | undefined> {
  const row = await database.db
    .selectFrom('channel_token')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  try {
    const value = box.open(row.sealed, sealIdentity('channel_token', id))
    return heldOf(value, row.fetchedAt.getTime(), row.expiresAt.getTime())
  } catch {
    // Sealed with a key that is gone: a new one is fetched.
    return undefined
  }
}

async function store(
  { database, box }: TokensOptions,
  id: string,
  token: FreshToken,
  nowMs: number,
): Promise<Held> {
  const expiresAtMs = nowMs + token.lifeMs
  const row = {
    sealed: box.seal(token.value, sealIdentity('channel_token', id)),
    fetchedAt: new Date(nowMs),
    expiresAt: new Date(expiresAtMs),
  }
  await database.db
    .insertInto('channel_token')
    .values({ id, ...row })
    .onConflict((c) => c.column('id').doUpdateSet(row))
    .execute()
  return heldOf(token.value, nowMs, expiresAtMs)
}

function heldOf(value: string, fetchedAtMs: number, expiresAtMs: number): Held {
  const early = Math.min(earliestMs, (expiresAtMs - fetchedAtMs) / 10)
  return { value, expiresAtMs, renewAtMs: expiresAtMs - early }
}
