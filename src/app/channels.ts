import { type Automatic, automaticOf } from '../contract/automatic.ts'
import type { Channel } from '../contract/channel.ts'
import { faultsOf } from '../contract/faults.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Database } from '../store/index.ts'

/** Who writes to an account: customers, people of the staff, or both. */
export type Audience = 'customers' | 'staff' | 'both'

/** A configured account, ready for use. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly enabled: boolean
  readonly audience: Audience
  /** What the hub says there by itself. */
  readonly automatic: Automatic
  readonly channel: Channel
  readonly config: unknown
  readonly version: number
}

/** Loads a channel's code when an account of its kind exists; vendor SDKs cost memory. */
export type ChannelLoaders = Readonly<Record<string, () => Promise<Channel>>>

/** Decrypts an account's secret settings. */
export type OpenSecrets = (accountId: string, sealed: string) => Promise<Record<string, unknown>>

/** The accounts of this hub, held in memory and read again when one changed. */
export interface Registry {
  /** The account in memory; cheap, for the hot path. */
  find(kind: string, accountId: string): Result<Account>
  byId(accountId: string): Account | undefined
  all(): readonly Account[]
  /** The channel's code by kind, loaded if need be; null when there is no such kind. */
  channel(kind: string): Promise<Channel | null>
  kinds(): readonly string[]
  /** Reads all accounts again. */
  refresh(): Promise<void>
}

export function makeRegistry(options: {
  readonly database: Database
  readonly loaders: ChannelLoaders
  readonly openSecrets: OpenSecrets
  /** Called with an account whose stored settings its channel does not accept. */
  readonly unusable: (account: { id: string; name: string; kind: string }, reason: string) => void
  /** Adds what belongs to an account but lives elsewhere: the hashes of its API tokens. */
  readonly extra: (accountId: string, kind: string) => Promise<Record<string, unknown>>
}): Registry {
  const { database, loaders } = options
  const loaded = new Map<string, Channel>()
  let accounts = new Map<string, Account>()

  async function channel(kind: string): Promise<Channel | null> {
    const known = loaded.get(kind)
    if (known) return known
    const load = loaders[kind]
    if (!load) return null
    const code = await load()
    loaded.set(kind, code)
    return code
  }

  async function read(): Promise<void> {
    const rows = await database.db.selectFrom('channel_account').selectAll().orderBy('createdAt').execute()
    const next = new Map<string, Account>()
    for (const row of rows) {
      const code = await channel(row.kind)
      if (!code) {
        options.unusable(row, `there is no channel of the kind ${row.kind}`)
        continue
      }
      // An account whose key is lost must not take the others with it.
      const opened = row.secrets ? options.openSecrets(row.id, row.secrets) : Promise.resolve({})
      const secrets = await opened.catch((error: unknown) => String(error))
      if (typeof secrets === 'string') {
        options.unusable(row, secrets)
        continue
      }
      const parsed = code.configSchema.safeParse({ ...(row.config as object), ...secrets })
      if (!parsed.success) {
        options.unusable(
          row,
          faultsOf(parsed.error)
            .map((f) => `${f.path}: ${f.message}`)
            .join('; '),
        )
        continue
      }
      const config = { ...(parsed.data as object), ...(await options.extra(row.id, row.kind)) }
      const { id, name, kind, enabled, version } = row
      const audience = (row.audience ?? 'both') as Audience
      const automatic = automaticOf(code.capabilities, row.automatic)
      next.set(id, { id, name, kind, enabled, audience, automatic, version, channel: code, config })
    }
    accounts = next
  }

  let reading: Promise<void> = Promise.resolve()
  /** One after the other: an older reading must not take the place of a newer one. */
  function refresh(): Promise<void> {
    reading = reading.then(read, read)
    return reading
  }

  return {
    find(kind, accountId) {
      const account = accounts.get(accountId)
      if (!account || account.kind !== kind) return refuse('channel.unknown')
      if (!account.enabled) return refuse('channel.disabled')
      return ok(account)
    },
    byId: (id) => accounts.get(id),
    all: () => [...accounts.values()],
    channel,
    kinds: () => Object.keys(loaders),
    refresh,
  }
}
