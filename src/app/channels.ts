import { type Automatic, automaticOf } from '../contract/automatic.ts'
import type { Channel } from '../contract/channel.ts'
import { faultsOf, reasonOf } from '../contract/faults.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Database, DB, Selectable } from '../store/index.ts'

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

/** Why the stored settings of an account cannot be used, for people. */
export interface AccountFault {
  readonly zh: string
  readonly en: string
  /** When this process first saw it, ms. */
  readonly sinceMs: number
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
  /** As `byId`; says whether an account that is not there does not exist or cannot be used. */
  get(accountId: string): Result<Account>
  /** What is wrong with the stored settings of an account; it may go on with those that were loaded before. */
  fault(accountId: string): AccountFault | undefined
  all(): readonly Account[]
  /** The channel's code by kind, loaded if need be; null when there is no such kind. */
  channel(kind: string): Promise<Channel | null>
  kinds(): readonly string[]
  /** Reads all accounts again. */
  refresh(): Promise<void>
}

type Row = Selectable<DB['channel_account']>
type Unusable = Pick<AccountFault, 'zh' | 'en'> & { readonly reason: string }
type Broken = AccountFault & Unusable & Pick<Account, 'kind' | 'enabled' | 'version'>

const secretsLost = {
  zh: '已保存的密钥无法解密。请找回当时的加密密钥，或在“渠道”页面重新填写并保存。',
  en: 'The stored secrets cannot be decrypted. Put the key back that encrypted them, or enter them again on the page Channels.',
}

export function makeRegistry(options: {
  readonly database: Database
  readonly loaders: ChannelLoaders
  readonly openSecrets: OpenSecrets
  /** Called when the stored settings of an account turn out to be unusable, once for each change of the account. */
  readonly unusable: (account: { id: string; name: string; kind: string }, reason: string) => void
  readonly now: () => number
  /** Adds what belongs to an account but lives elsewhere: the hashes of its API tokens. */
  readonly extra: (accountId: string, kind: string) => Promise<Record<string, unknown>>
}): Registry {
  const { database, loaders } = options
  const loaded = new Map<string, Channel>()
  let accounts = new Map<string, Account>()
  let broken = new Map<string, Broken>()

  async function channel(kind: string): Promise<Channel | null> {
    const known = loaded.get(kind)
    if (known) return known
    const load = loaders[kind]
    if (!load) return null
    const code = await load()
    loaded.set(kind, code)
    return code
  }

  /** An account's settings, opened and checked; or why they cannot be used, for people and for the log. */
  async function settingsOf(row: Row, code: Channel | null): Promise<{ config: object } | Unusable> {
    if (!code) {
      const en = `This release has no channel of the kind ${row.kind}.`
      return { zh: `这个版本没有“${row.kind}”这种渠道。`, en, reason: en }
    }
    let secrets: Record<string, unknown>
    try {
      secrets = row.secrets ? await options.openSecrets(row.id, row.secrets) : {}
    } catch (error) {
      return { ...secretsLost, reason: String(error) }
    }
    const parsed = code.configSchema.safeParse({ ...(row.config as object), ...secrets })
    if (parsed.success) return { config: parsed.data as object }
    const faults = faultsOf(parsed.error)
    const { reason, reasonZh } = reasonOf(faults)
    return {
      zh: `这个版本不接受已保存的设置，请修改后保存：${reasonZh}`,
      en: `This release does not accept the stored settings. Correct them and save: ${reason}`,
      reason: faults.map((f) => `${f.path}: ${f.message}`).join('; '),
    }
  }

  async function read(): Promise<void> {
    const rows = await database.db.selectFrom('channel_account').selectAll().orderBy('createdAt').execute()
    const next = new Map<string, Account>()
    const nextBroken = new Map<string, Broken>()
    for (const row of rows) {
      const code = await channel(row.kind)
      const settings = await settingsOf(row, code)
      const { id, name, kind, enabled, version } = row
      // An account whose key is lost must not take the others with it.
      if (!('config' in settings)) {
        const known = broken.get(id)
        const same = known?.version === version && known.reason === settings.reason
        nextBroken.set(id, {
          ...settings,
          kind,
          enabled,
          version,
          sinceMs: same ? known.sinceMs : options.now(),
        })
        if (!same) options.unusable(row, settings.reason)
        // What was loaded once still works, as it was then.
        const before = accounts.get(id)
        if (before) next.set(id, { ...before, enabled })
        continue
      }
      const config = { ...settings.config, ...(await options.extra(id, kind)) }
      const audience = (row.audience ?? 'both') as Audience
      const automatic = automaticOf(code!.capabilities, row.automatic)
      next.set(id, { id, name, kind, enabled, audience, automatic, version, channel: code!, config })
    }
    accounts = next
    broken = nextBroken
  }

  let reading: Promise<void> = Promise.resolve()
  /** One after the other: an older reading must not take the place of a newer one. */
  function refresh(): Promise<void> {
    reading = reading.then(read, read)
    return reading
  }

  function get(accountId: string): Result<Account> {
    const account = accounts.get(accountId)
    if (account) return ok(account)
    return refuse(broken.has(accountId) ? 'channel.unusable' : 'channel.unknown')
  }

  return {
    find(kind, accountId) {
      const known = accounts.get(accountId) ?? broken.get(accountId)
      if (known?.kind !== kind) return refuse('channel.unknown')
      return known.enabled ? get(accountId) : refuse('channel.disabled')
    },
    byId: (id) => accounts.get(id),
    get,
    fault: (id) => broken.get(id),
    all: () => [...accounts.values()],
    channel,
    kinds: () => Object.keys(loaders),
    refresh,
  }
}
