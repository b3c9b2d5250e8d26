import { setTimeout as wait } from 'node:timers/promises'
import type { QrConfig } from '../../channels/qr/config.ts'
import { signLink } from '../../channels/qr/token.ts'
import { type WecomKfConfig, withToken } from '../../channels/wecom-kf/config.ts'
import { keepEntryCode, type LabelPorts, readEntryCodes } from '../catalogue/index.ts'
import { DeliveryError, type EntryLifetime } from '../contract/channel.ts'
import { FetchError } from '../contract/ports.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Database, Reader } from '../store/index.ts'
import type { Account, Registry } from './channels.ts'
import type { Config } from './config.ts'
import { channelIo, type SharedIo } from './connections.ts'
import { linkBase } from './customers.ts'

/** How long a vendor is waited for, ms. */
const patienceMs = 30_000

export interface LabelParts {
  readonly registry: Registry
  readonly config: Config
  readonly database: Database
  readonly io: SharedIo
}

type Row = Parameters<LabelPorts['make']>[0]

/** Signs printed codes with the first QR account that is switched on, and has vendors make those that open a chat of theirs. */
export function labelPorts({ registry, config, database, io }: LabelParts): LabelPorts {
  const enabled = () => registry.all().filter((each) => each.enabled)

  function signed(row: Row) {
    const account = enabled().find((each) => each.kind === 'qr')
    if (!account) return null
    const settings = account.config as QrConfig
    return { account, settings, token: signLink({ ...row, accountId: account.id }, settings.linkSecrets) }
  }

  /** Codes of a token, those that are there and those that could be. */
  async function codesOf(db: Reader, token: string, nowMs: number) {
    const kinds = enabled().flatMap((account) => {
      const { entryCodes } = account.channel
      return entryCodes ? [{ account, entryCodes, scene: entryCodes.scene(token, account.config) }] : []
    })
    const made = await readEntryCodes(
      db,
      { accountIds: kinds.map(({ account }) => account.id), scenes: kinds.map(({ scene }) => scene) },
      nowMs,
    )
    return kinds.flatMap(({ account, entryCodes, scene }) =>
      entryCodes.lifetimes.map((lifetime) => {
        const known = made.find(
          (each) => each.accountId === account.id && each.scene === scene && each.lifetime === lifetime,
        )
        const url = known ? entryCodes.address(known.url, token) : enteredLink(account, token)
        const expiresAt = known?.expiresAt?.toISOString() ?? null
        return {
          accountId: account.id,
          accountName: account.name,
          channel: account.kind,
          lifetime,
          url,
          expiresAt,
        }
      }),
    )
  }

  return {
    async link(db, row, nowMs) {
      const by = signed(row)
      if (!by) return null
      const codes = await codesOf(db, by.token, nowMs)
      return {
        url: `${linkBase(config)}/c/r/${by.token}`,
        accountName: by.account.name,
        hotline: by.settings.hotline,
        chats: codes.flatMap(({ url, ...code }) => (url === null ? [] : [{ ...code, url }])),
        makeable: codes.flatMap(({ url, expiresAt: _, ...code }) => (url === null ? [code] : [])),
      }
    },
    async make(row, { accountId, lifetime }) {
      const by = signed(row)
      if (!by) return refuse('qr.no_account')
      const found = registry.get(accountId)
      if (!found.ok) return found
      const { value: account } = found
      if (!account.enabled) return refuse('channel.disabled')
      const { entryCodes } = account.channel
      if (!entryCodes?.lifetimes.includes(lifetime)) return refuse('entry_code.unsupported')
      const scene = entryCodes.scene(by.token, account.config)
      return await makeOnce(account, scene, lifetime)
    },
  }

  /** Asks the vendor, unless a code is there; one process at a time asks for the same one. */
  async function makeOnce(account: Account, scene: string, lifetime: EntryLifetime): Promise<Result<null>> {
    const signal = AbortSignal.timeout(patienceMs)
    while (!signal.aborted) {
      const lease = await io.lease.acquire(`code:${account.id}:${lifetime}:${scene}`, patienceMs)
      if (!lease) {
        await wait(200)
        continue
      }
      try {
        return await make(account, scene, lifetime, signal)
      } finally {
        await lease.release()
      }
    }
    return refuse('entry_code.refused', { reason: 'it took too long' })
  }

  async function make(
    account: Account,
    scene: string,
    lifetime: EntryLifetime,
    signal: AbortSignal,
  ): Promise<Result<null>> {
    const of = { accountIds: [account.id], scenes: [scene] }
    const known = await readEntryCodes(database.db, of, io.clock.now())
    if (known.some((each) => each.lifetime === lifetime)) return ok(null)
    try {
      const { url, expiresAtMs } = await account.channel.entryCodes!.make(
        { scene, lifetime },
        channelIo(account, io, signal),
      )
      const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs)
      const code = { accountId: account.id, scene, lifetime, url, expiresAt }
      await database.transaction((tx) => keepEntryCode(tx, code, io.clock.now()))
      return ok(null)
    } catch (error) {
      if (error instanceof DeliveryError)
        return refuse('entry_code.refused', { reason: `${error.code} ${error.message}` })
      if (error instanceof FetchError) return refuse('entry_code.refused', { reason: error.message })
      throw error
    }
  }
}

/** The link that somebody entered in the settings; null where there is none. */
function enteredLink({ kind, config }: Account, token: string): string | null {
  const link = kind === 'wecom-kf' ? (config as WecomKfConfig).entryLink : null
  return link === null ? null : withToken(link, token)
}
