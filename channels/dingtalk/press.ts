import type { ActionEnvelope } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'
import { jsonObject } from './stream/frame.ts'

/**
 * A tap on a card ("event-callback-card", "message-card-sending-and-updating"). What was pressed stands as JSON text under `value`
 * or under `content`, its parameters inside `cardPrivateData` or beside it. Throws when it names no card, person or button.
 * `moment` tells two taps of one person on one button apart: the push's id or, over HTTP, the signed time.
 */
export function pressEnvelope(data: Record<string, unknown>, moment: string): ActionEnvelope {
  const { outTrackId, userId } = data
  if (typeof outTrackId !== 'string' || outTrackId === '') throw new Error('the card callback names no card')
  if (typeof userId !== 'string' || userId === '') throw new Error('the card callback names no person')
  const { actionIds, params } = pressedIn(data)
  const key = typeof params.key === 'string' && params.key !== '' ? params.key : actionIds[0]
  if (key === undefined) throw new Error('the card callback names no button')
  const { key: _key, ...values } = params
  return {
    kind: 'action',
    dedupeKey: `card:${sha256(JSON.stringify([outTrackId, userId, key, values, moment]))}`,
    senderKey: userId,
    identity: { externalId: userId },
    action: {
      name: 'card.press',
      args: {
        cardId: outTrackId,
        key,
        handle: { outTrackId },
        ...(Object.keys(values).length > 0 ? { values } : {}),
      },
    },
  }
}

function pressedIn(data: Record<string, unknown>): { actionIds: string[]; params: JsonObject } {
  for (const place of [data.value, data.content]) {
    const found = typeof place === 'string' ? jsonObject(place) : place
    if (typeof found !== 'object' || found === null) continue
    const { cardPrivateData, params: beside } = found as Record<string, unknown>
    const inside =
      typeof cardPrivateData === 'object' && cardPrivateData !== null
        ? (cardPrivateData as Record<string, unknown>)
        : {}
    const actionIds = Array.isArray(inside.actionIds)
      ? inside.actionIds.filter((id) => typeof id === 'string' && id !== '')
      : []
    const params = { ...objectOf(beside), ...objectOf(inside.params) }
    if (actionIds.length > 0 || Object.keys(params).length > 0) return { actionIds, params }
  }
  return { actionIds: [], params: {} }
}

const objectOf = (value: unknown): Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, JsonValue>)
    : {}

/**
 * What a button sends in the sender's name where there is no card to press (`pressText`): the words for people, then the card and
 * the button. Whoever types it by hand does no more than a tap would.
 */
const spoken = /^[^\n〔〕]{0,40}〔([0-9A-Za-z_-]{1,64})\/([0-9A-Za-z_.:-]{1,200})〕$/

/** The text behind a button of a message: reads as what the person says. */
export const pressText = (words: string, cardId: string, key: string) =>
  `${words.replace(/[\n〔〕]/g, ' ').slice(0, 40)}〔${cardId}/${key}〕`

/** The card and button that a text presses; null for everything else that people write. */
export function pressedByText(text: string): { cardId: string; key: string } | null {
  const found = spoken.exec(text.trim())
  return found ? { cardId: found[1]!, key: found[2]! } : null
}
