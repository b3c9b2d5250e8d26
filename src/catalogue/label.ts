import { toString as drawQr } from 'qrcode'
import { z } from 'zod'
import { type Command, defineCommand, defineQuery, type Query } from '../access/command.ts'
import type { EntryLifetime } from '../contract/channel.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import { desk, writers } from './commands/permissions.ts'
import { readLinked } from './linked.ts'

/** A device or site, at the version of its links. */
interface LabelRow {
  readonly kind: 'device' | 'site'
  readonly id: string
  readonly linkVersion: number
}

/** Who signs the links of printed codes, and who has vendors make theirs. */
export interface LabelPorts {
  /** The address that a code leads to; null when no channel account of the kind `qr` is switched on. */
  link(
    db: Reader,
    row: LabelRow,
    nowMs: number,
  ): Promise<{
    readonly url: string
    readonly accountName: string
    readonly hotline: string | null
    /** Chats that the code may open instead of the form; the device or site goes along. */
    readonly chats: readonly LabelChat[]
    /** Codes that an account could have its vendor make. */
    readonly makeable: readonly Omit<LabelChat, 'url' | 'expiresAt'>[]
  } | null>
  /** Has a vendor make the code of a row, unless there is one. */
  make(
    row: LabelRow,
    by: { readonly accountId: string; readonly lifetime: EntryLifetime },
  ): Promise<Result<null>>
}

interface LabelChat {
  readonly accountId: string
  readonly accountName: string
  readonly channel: string
  readonly lifetime: EntryLifetime
  readonly url: string
  readonly expiresAt: string | null
}

const code = z.object({
  accountId: z.string(),
  accountName: z.string(),
  /** The kind of the channel. */
  channel: z.string(),
  lifetime: z.enum(['permanent', 'temporary']),
})
const target = z.object({ kind: z.enum(['device', 'site']), id: z.uuid() })

/** `catalogue.label`: what is printed on a sticker. */
export function makeLabelQueries(ports: LabelPorts): Query[] {
  return [
    defineQuery(
      {
        name: 'catalogue.label',
        title: 'What the sticker of a device or site shows: address, QR code as SVG, and facts for people',
        permission: { roles: [...desk.roles, 'engineer'] },
        input: target,
        output: z.object({
          url: z.string(),
          /** Error correction M: a scratched sticker still reads. Print it at 25 mm or larger. */
          svg: z.string(),
          accountName: z.string(),
          hotline: z.string().nullable(),
          /** Chats that the code may open instead of the form, each with its own code. */
          chats: z.array(
            code.extend({
              url: z.string(),
              svg: z.string(),
              /** ISO 8601; null for one that never ends. */
              expiresAt: z.string().nullable(),
            }),
          ),
          /** Codes that are not there yet; `catalogue.makeCode` has the vendor make one. */
          makeable: z.array(code),
          device: z
            .object({
              category: z.string().nullable(),
              model: z.string().nullable(),
              serialNumber: z.string(),
            })
            .nullable(),
          site: z.object({ name: z.string() }).nullable(),
        }),
      },
      async ({ db, nowMs }, { kind, id }) => {
        const row = await readLinked(db, { kind, id })
        if (!row) return refuse('not_found', { what: kind })
        const link = await ports.link(db, { kind, id, linkVersion: row.linkVersion }, nowMs)
        if (!link) return refuse('qr.no_account')
        const draw = (url: string) => drawQr(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 })
        const svg = await draw(link.url)
        const chats = await Promise.all(
          link.chats.map(async (chat) => ({ ...chat, svg: await draw(chat.url) })),
        )
        const device = row.device && {
          category: row.device.category,
          model: row.device.model,
          serialNumber: row.device.serialNumber,
        }
        return ok({ ...link, makeable: [...link.makeable], svg, chats, device, site: row.site })
      },
    ),
  ]
}

/** `catalogue.makeCode`: a code of a device or site that opens a chat, made by the chat's vendor. */
export function makeLabelCommands(ports: LabelPorts, db: Reader): Command[] {
  type Order = z.infer<typeof input>
  const input = target.extend({ accountId: z.uuid(), lifetime: z.enum(['permanent', 'temporary']) })
  /** What became of an order, from before the transaction to within it. */
  const made = new WeakMap<Order, Result<null>>()

  async function make({ kind, id, accountId, lifetime }: Order): Promise<Result<null>> {
    const row = await readLinked(db, { kind, id })
    if (!row) return refuse('not_found', { what: kind })
    return await ports.make({ kind, id, linkVersion: row.linkVersion }, { accountId, lifetime })
  }

  return [
    defineCommand(
      {
        name: 'catalogue.makeCode',
        title: 'Has a vendor make the code of a device or site that opens a chat there, unless there is one',
        permission: writers,
        input,
        output: z.object({}),
        // The vendor is asked outside of the transaction, and what it gave is kept at once: it would be made twice otherwise.
        async prepare(given) {
          const order = { ...given }
          made.set(order, await make(order))
          return order
        },
      },
      async (_ctx, order) => {
        const outcome = made.get(order)
        if (!outcome) throw new Error('the order was not prepared')
        return outcome.ok ? ok({ value: {} }) : outcome
      },
    ),
  ]
}
