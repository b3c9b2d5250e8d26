import type { Card, Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { splitBytes } from '../_kit/split-bytes.ts'
import type { WecomKfConfig } from './config.ts'
import { limits } from './limits.ts'
import { menuId } from './menu-id.ts'

const bytes = (text: string) => Buffer.byteLength(text)

/**
 * Text in pieces of 2048 bytes; a card's buttons and quick replies as a menu message below the last words; then one call for each
 * file. Every call is one of the five messages that may follow a customer's. Pure.
 */
export function render(out: Outbound, config: WecomKfConfig): ProviderCall[] {
  const openKfId = String(out.thread.openKfId ?? config.openKfIds[0] ?? '')
  const items = menuItems(out)
  const words = [out.text, ...(out.card ? [cardWords(out.card, out.lang)] : [])].filter(Boolean).join('\n\n')
  const messages = words === '' && items.length === 0 ? [] : textMessages(words, items, out.lang)
  const files = out.attachments ?? []
  const total = messages.length + files.length
  const label = (what: string, i: number) => (total === 1 ? what : `${what} ${i + 1}/${total}`)
  return [
    ...messages.map((message, i) => ({
      name: 'send',
      label: label(message.msgtype === 'msgmenu' ? '菜单消息' : '文本消息', i),
      body: { openKfId, to: out.to, message },
    })),
    ...files.map((file, i) => ({
      name: 'file',
      label: label(file.name, messages.length + i),
      body: { openKfId, to: out.to, file: { ...file } },
    })),
  ]
}

/** The card without its links: those are items of the menu. */
function cardWords(card: Card, lang: 'zh' | 'en'): string {
  const state = card.state ? [card.state.text] : []
  return [...state, cardText({ ...card, buttons: card.buttons.filter((b) => !viewItem(b)) }, lang)].join('\n')
}

function menuItems(out: Outbound): JsonObject[] {
  const card = out.card
  const buttons = (card?.buttons ?? []).flatMap((button) => {
    const view = viewItem(button)
    if (view) return [view]
    const id = menuId(card!.id, button.key)
    return id && bytes(button.text) <= limits.menuWordsBytes
      ? [{ type: 'click', click: { id, content: button.text } }]
      : []
  })
  const replies = (out.quickReplies ?? [])
    .filter((text) => text !== '' && bytes(text) <= limits.menuWordsBytes)
    .map((content, i) => ({ type: 'click', click: { id: String(i + 1), content } }))
  return [...buttons, ...replies].slice(0, limits.menuItems)
}

function viewItem(button: Card['buttons'][number]): JsonObject | null {
  if (!button.url || bytes(button.url) > 2048 || bytes(button.text) > limits.menuWordsBytes) return null
  return { type: 'view', view: { url: button.url, content: button.text } }
}

function textMessages(words: string, items: readonly JsonObject[], lang: 'zh' | 'en'): JsonObject[] {
  const text = (content: string): JsonObject => ({ msgtype: 'text', text: { content } })
  if (items.length === 0) return splitBytes(words, limits.textBytes).map(text)
  const choose = lang === 'zh' ? '请选择：' : 'Please choose:'
  const fits = bytes(words) <= limits.menuHeadBytes
  const menu = { head_content: fits && words !== '' ? words : choose, list: [...items] }
  const before = fits ? [] : splitBytes(words, limits.textBytes).map(text)
  return [...before, { msgtype: 'msgmenu', msgmenu: menu }]
}
