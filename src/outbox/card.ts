import type { ReplacedCard } from '../contract/channel.ts'
import type { JsonObject } from '../kernel/json.ts'
import { json, type Reader, type Tx } from '../store/index.ts'

/** A version of a card among the outgoing messages. */
export interface CardVersion {
  readonly id: string
  readonly seq: number
  readonly accountId: string
  readonly toExternalId: string
  readonly cardId: string | null
  readonly unseen: string | null
}

/** What becomes of a version whose turn it is to be drawn. */
export type CardTurn =
  /** A later version waits behind it, or it changes what nobody has seen: it is not sent. */
  | { readonly do: 'drop' }
  /** An earlier version is on its way; what came of that decides. Its end asks again. */
  | { readonly do: 'wait' }
  | { readonly do: 'draw'; readonly replaces?: ReplacedCard }

const versions = (db: Reader, { accountId, toExternalId, cardId }: CardVersion) =>
  db
    .selectFrom('outbox_message as m')
    .where('m.accountId', '=', accountId)
    .where('m.toExternalId', '=', toExternalId)
    .where('m.cardId', '=', cardId)

/** Whether a later version of the same card was enqueued: this one need not be sent any more. */
export async function superseded(db: Reader, version: CardVersion): Promise<boolean> {
  if (version.cardId === null) return false
  const later = await versions(db, version)
    .select('m.id')
    .where('m.seq', '>', version.seq)
    .where('m.state', '<>', 'cancelled')
    .limit(1)
    .executeTakeFirst()
  return later !== undefined
}

/** Looks at the other versions of a message's card. */
export async function cardTurn(db: Reader, version: CardVersion): Promise<CardTurn> {
  if (await superseded(db, version)) return { do: 'drop' }
  if (version.cardId === null || version.unseen === null) return { do: 'draw' }
  const earlier = await versions(db, version)
    .leftJoin('outbox_part as p', 'p.outboxId', 'm.id')
    .select(['m.state', 'm.cardHandle', 'p.providerMessageId'])
    .where('m.seq', '<', version.seq)
    .where('m.state', '<>', 'cancelled')
    .orderBy('m.seq', 'desc')
    // A channel that needs several parts for a message sends its card last.
    .orderBy('p.ordinal', 'desc')
    .execute()
  if (earlier.some(({ state }) => state === 'queued' || state === 'sending')) return { do: 'wait' }
  const shown = earlier.find(({ providerMessageId }) => providerMessageId !== null)
  if (shown) {
    const handle = earlier.find(({ cardHandle }) => cardHandle !== null)?.cardHandle ?? null
    const { cardId } = version
    const replaces = { cardId, providerMessageId: shown.providerMessageId!, handle: handle as JsonObject }
    return { do: 'draw', replaces }
  }
  const maybeSeen = earlier.some(({ state }) => state === 'unknown')
  return { do: version.unseen === 'send' || maybeSeen ? 'draw' : 'drop' }
}

/** Keeps what the vendor gave with a tap: the next version of the card is drawn with it. */
export async function noteCardHandle(
  tx: Tx,
  card: {
    readonly accountId: string
    readonly externalId: string
    readonly cardId: string
    readonly handle: JsonObject
  },
): Promise<void> {
  const { accountId, externalId: toExternalId, cardId, handle } = card
  const newest = versions(tx, { accountId, toExternalId, cardId, id: '', seq: 0, unseen: null })
    .select('m.id')
    .where('m.state', '=', 'sent')
    .orderBy('m.seq', 'desc')
    .limit(1)
  await tx
    .updateTable('outbox_message')
    .set({ cardHandle: json(handle) })
    .where('id', '=', newest)
    .execute()
}
