import { limits } from './limits.ts'

/** The id of a menu item that presses a button of a card; null when the vendor would not take it (64 bytes). */
export function menuId(cardId: string | undefined, key: string): string | null {
  if (!cardId) return null
  const id = `y1:${cardId}:${key}`
  return Buffer.byteLength(id) <= limits.menuIdBytes ? id : null
}

/** Which button of which card a menu item stands for; null for other items. */
export function pressOf(id: string): { readonly cardId: string; readonly key: string } | null {
  const [, cardId, key] = /^y1:([0-9A-Za-z_-]{1,64}):([0-9A-Za-z_.:-]{1,64})$/.exec(id) ?? []
  return cardId && key ? { cardId, key } : null
}
