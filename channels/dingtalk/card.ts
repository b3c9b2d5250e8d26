import type { Card } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { limits } from './limits.ts'
import { pressText } from './press.ts'

type Lang = 'zh' | 'en'
type Button = Card['buttons'][number]

/** Buttons of each sort that the template has room for (README.md, "The template"). */
const slots = { press: 3, link: 1 }

const urgencyWords = {
  zh: { low: '低', normal: '普通', high: '高', critical: '紧急' },
  en: { low: 'Low', normal: 'Normal', high: 'High', critical: 'Critical' },
} as const

const pressable = (card: Card) => card.buttons.filter((button) => button.url === undefined)
const linked = (card: Card) => card.buttons.filter((button) => button.url !== undefined)

/** Whether the template can show the card. Without an id nobody could tell what a tap means. */
export function fitsTemplate(card: Card): boolean {
  const presses = pressable(card).length
  if (presses > 0 && card.id === undefined) return false
  if (presses > slots.press || linked(card).length > slots.link) return false
  return card.buttons.every((button) => Buffer.byteLength(button.url ?? '') <= limits.cardValueBytes)
}

/**
 * A card as the template's variables. All are always given, the unused ones empty, so that an update takes away what is over.
 * Values are text of at most 1 KB each ("create-and-deliver-cards"); lists are JSON. Pure.
 */
export function cardParams(card: Card, text: string, lang: Lang): Record<string, string> {
  const params: Record<string, string> = {
    title: cut(card.title, limits.cardValueBytes),
    text: cut(text, limits.cardValueBytes),
    urgency: card.urgency ?? '',
    urgency_text: card.urgency ? urgencyWords[lang][card.urgency] : '',
    state: card.state?.tone ?? '',
    state_text: cut(card.state?.text ?? '', limits.cardValueBytes),
    lines: linesWithin(card.lines, limits.cardValueBytes),
  }
  for (let i = 0; i < slots.press; i++) {
    const button = pressable(card)[i]
    params[`b${i + 1}_text`] = button?.text ?? ''
    params[`b${i + 1}_key`] = button?.key ?? ''
    params[`b${i + 1}_style`] = button?.style ?? ''
  }
  params.link_text = linked(card)[0]?.text ?? ''
  params.link_url = linked(card)[0]?.url ?? ''
  return params
}

/** The lines as JSON; the longest values are shortened until they fit. */
function linesWithin(lines: Card['lines'], maxBytes: number): string {
  const shown = lines.map(({ label, value }) => ({ label, value }))
  for (;;) {
    const json = JSON.stringify(shown)
    const over = Buffer.byteLength(json) - maxBytes
    if (over <= 0) return json
    const longest = shown.reduce((a, b) => (b.value.length > a.value.length ? b : a))
    if (longest.value.length <= 8) shown.pop()
    else longest.value = cut(longest.value, Math.max(8, Buffer.byteLength(longest.value) - over))
  }
}

/** The beginning of a text that has at most so many bytes, with … where something is missing. */
function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  let kept = ''
  let bytes = 3
  for (const point of text) {
    bytes += Buffer.byteLength(point)
    if (bytes > maxBytes) break
    kept += point
  }
  return `${kept}…`
}

/** A message with buttons. */
export interface ActionMessage {
  readonly msgKey: string
  readonly msgParam: JsonObject
}

/**
 * The card as a message with buttons (`sampleActionCard` to `sampleActionCard5`, "robot-message-type"), for accounts without a
 * template. A button that is pressed sends a text in the person's name (`dtmd://…/sendMessage`) which we read as the tap;
 * what does not fit on buttons stands in the text as a link. Pure.
 */
export function actionMessage(card: Card, text: string, lang: Lang): ActionMessage {
  const shown = card.buttons.map((button) => ({ title: button.text, url: urlOf(card, button) }))
  const fits = (button: { title: string; url: string }) =>
    button.title.length <= limits.buttonTitle && button.url.length <= limits.buttonUrl
  const buttons = shown.filter(fits).slice(0, limits.actionCardButtons)
  const rest = shown.filter((button) => !buttons.includes(button))
  const title = [...plain(card.title)].slice(0, limits.messageTitle).join('')
  const body = markdown(card, text, lang, rest)
  if (buttons.length === 0) return { msgKey: 'sampleMarkdown', msgParam: { title, text: body } }
  if (buttons.length === 1) {
    const [{ title: singleTitle, url: singleURL }] = buttons as [(typeof buttons)[0]]
    return { msgKey: 'sampleActionCard', msgParam: { title, text: body, singleTitle, singleURL } }
  }
  const msgParam: JsonObject = { title, text: body }
  for (const [i, button] of buttons.entries()) {
    msgParam[`actionTitle${i + 1}`] = button.title
    msgParam[`actionURL${i + 1}`] = button.url
  }
  return { msgKey: `sampleActionCard${buttons.length}`, msgParam }
}

function urlOf(card: Card, button: Button): string {
  if (button.url !== undefined) return button.url
  const said = pressText(button.text, card.id ?? '', button.key)
  return `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent(said)}`
}

function markdown(card: Card, text: string, lang: Lang, links: { title: string; url: string }[]): string {
  const colon = lang === 'zh' ? '：' : ': '
  const urgency = lang === 'zh' ? '紧急程度' : 'Urgency'
  const parts = [
    `### ${plain(card.title)}`,
    ...(card.state ? [`**${plain(card.state.text)}**`] : []),
    ...(text ? [plain(text)] : []),
    ...(card.urgency ? [`${urgency}${colon}**${urgencyWords[lang][card.urgency]}**`] : []),
    ...card.lines.map(({ label, value }) => `**${plain(label)}**${colon}${plain(value)}`),
    ...links.map(({ title, url }) => `[${plain(title)}](${url})`),
  ]
  return parts.join('\n\n')
}

const wide: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '`': '｀',
  '*': '＊',
  '<': '＜',
  '>': '＞',
}

/** What people wrote, so that it stays what they wrote: no link, heading or emphasis of theirs. */
function plain(text: string): string {
  return text
    .replace(/[[\]`*<>]/g, (mark) => wide[mark]!)
    .replace(/^(\s*)#/gm, '$1＃')
    .replace(/\n/g, '  \n')
}
