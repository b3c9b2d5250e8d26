import type { Card } from '../../src/contract/channel.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'
import { cdata } from './wechat-xml.ts'

/**
 * What differs between the template cards of an application (developer.work.weixin.qq.com documents 90236, 94888) and of a smart robot
 * (101032). Lengths are in 字: a Chinese character counts one, a Latin one half; the vendor cuts what is longer in its own way.
 */
export interface CardDialect {
  readonly title: number
  readonly titleNote: number
  readonly text: number
  readonly label: number
  readonly value: number
  readonly source: number
  /** A button may lead to a page (`type: 1`); elsewhere the link is a line of the list. */
  readonly linkButtons: boolean
  /** `replace_text` turns the buttons grey and dead; elsewhere a button without effect stands in their place. */
  readonly greysButtons: boolean
  readonly styles: { readonly primary: number; readonly default: number; readonly danger: number }
}

/** Cards that `message/send` and `message/update_template_card` take. */
export const appCards: CardDialect = {
  title: 36,
  titleNote: 44,
  text: 160,
  label: 5,
  value: 30,
  source: 20,
  linkButtons: true,
  greysButtons: true,
  styles: { primary: 1, default: 2, danger: 4 },
}

/** Cards of smart robots. */
export const botCards: CardDialect = {
  title: 26,
  titleNote: 30,
  text: 112,
  label: 5,
  value: 26,
  source: 13,
  linkButtons: false,
  greysButtons: false,
  styles: { primary: 1, default: 2, danger: 3 },
}

const buttonText = 10
const listLength = 6
const jumpLength = 3
const jumpText = 13
const neutral = 4

/** Key of the button that only shows what became of a card; a press of it means nothing. */
export const stateKey = '_state'

/** The task id under which a card is sent: no two messages may have the same one, and the card's own id can be read out of it. */
export function taskIdOf(card: Card, messageId: string): string {
  return `${card.id ?? 'card'}@${messageId.replace(/[^0-9A-Za-z_-]/g, '-').slice(0, 60)}`
}

/** `Card.id` out of a task id. */
export function cardIdOf(taskId: string): string {
  const at = taskId.lastIndexOf('@')
  return at < 0 ? taskId : taskId.slice(0, at)
}

export interface CardOptions {
  readonly dialect: CardDialect
  readonly lang: 'zh' | 'en'
  readonly taskId: string
  /** True when it takes the place of a card with buttons, which only a card with buttons can. */
  readonly update: boolean
}

/** A card as WeCom's `template_card`; null when WeCom has no card for it (nothing to press and nowhere to go). Pure. */
export function templateCard(card: Card, options: CardOptions): JsonObject | null {
  const { dialect, lang, taskId, update } = options
  const pressed = card.buttons.filter((button) => button.url === undefined)
  const links = card.buttons.flatMap(({ text, url }) => (url === undefined ? [] : [{ text, url }]))
  if (pressed.length === 0 && !update) return links.length > 0 ? notice(card, links, options) : null
  const hasLinkButtons = dialect.linkButtons && pressed.length > 0
  return {
    card_type: 'button_interaction',
    ...head(card, options),
    ...content(card, hasLinkButtons ? [] : links, options),
    ...(links[0] ? { card_action: { type: 1, url: links[0].url } } : {}),
    button_list: pressed.length > 0 ? buttons(card, dialect) : [stateButton(card, options)],
    ...(pressed.length === 0 && dialect.greysButtons ? { replace_text: stateText(card, lang) } : {}),
    task_id: taskId,
  }
}

/** What became of a card in a few words. */
export function stateText(card: Card, lang: 'zh' | 'en'): string {
  return cut(card.state?.text ?? (lang === 'zh' ? '已更新' : 'Updated'), buttonText)
}

type Link = { readonly text: string; readonly url: string }

function notice(card: Card, links: readonly Link[], options: CardOptions): JsonObject {
  return {
    card_type: 'text_notice',
    ...head(card, options),
    ...content(card, [], options),
    jump_list: links
      .slice(0, jumpLength)
      .map(({ text, url }) => ({ type: 1, title: cut(text, jumpText), url })),
    card_action: { type: 1, url: links[0]!.url },
    task_id: options.taskId,
  }
}

const urgencies = {
  low: { zh: '低优先级', en: 'Low priority', color: 0 },
  normal: { zh: '普通', en: 'Normal', color: 1 },
  high: { zh: '高优先级', en: 'High priority', color: 2 },
  critical: { zh: '紧急', en: 'Critical', color: 2 },
} as const
const tones = { success: 3, info: 1, warning: 2, error: 2 } as const

function head(card: Card, { dialect, lang }: CardOptions): JsonObject {
  const { state, urgency } = card
  const source = urgency
    ? { desc: urgencies[urgency][lang], desc_color: urgencies[urgency].color }
    : state
      ? { desc: cut(state.text, dialect.source), desc_color: tones[state.tone] }
      : null
  return {
    ...(source ? { source } : {}),
    main_title: {
      title: cut(card.title, dialect.title),
      ...(state ? { desc: cut(state.text, dialect.titleNote) } : {}),
    },
  }
}

/** Short lines go into the list; what is too long for it, or one too many, is told in the text. */
function content(card: Card, links: readonly Link[], { dialect, lang }: CardOptions): JsonObject {
  const list: JsonValue[] = []
  const told: string[] = []
  const room = listLength - Math.min(links.length, jumpLength)
  for (const { label, value } of card.lines) {
    const isShort = width(label) <= dialect.label && width(value) <= dialect.value && !value.includes('\n')
    if (isShort && list.length < room) list.push({ keyname: label, value })
    else told.push(`${label}${lang === 'zh' ? '：' : ': '}${value}`)
  }
  for (const { text, url } of links.slice(0, jumpLength)) {
    list.push({ type: 1, keyname: lang === 'zh' ? '链接' : 'Link', value: cut(text, dialect.value), url })
  }
  return {
    ...(told.length > 0 ? { sub_title_text: cut(told.join('\n'), dialect.text) } : {}),
    ...(list.length > 0 ? { horizontal_content_list: list } : {}),
  }
}

/** At most six; links give way to what is pressed. */
function buttons(card: Card, dialect: CardDialect): JsonObject[] {
  const pressed = card.buttons.filter((button) => button.url === undefined)
  let links = dialect.linkButtons ? Math.max(0, listLength - pressed.length) : 0
  const shown = card.buttons.filter((button) => button.url === undefined || links-- > 0)
  return shown.slice(0, listLength).map(({ text, key, style, url }) => ({
    text: cut(text, buttonText),
    style: dialect.styles[style ?? 'default'],
    ...(url === undefined ? { key } : { type: 1, url }),
  }))
}

function stateButton(card: Card, { lang }: CardOptions): JsonObject {
  return { text: stateText(card, lang), style: neutral, key: stateKey }
}

function width(text: string): number {
  let sum = 0
  for (const point of text) sum += point.codePointAt(0)! < 0x2e80 ? 0.5 : 1
  return sum
}

function cut(text: string, max: number): string {
  if (width(text) <= max) return text
  let sum = 1
  let kept = ''
  for (const point of text) {
    sum += width(point)
    if (sum > max) break
    kept += point
  }
  return `${kept}…`
}

/** A template card as the XML of a passive reply (document 90241): names in capitals, lists as repeated elements. Pure. */
export function cardXml(card: JsonObject): string {
  const { task_id: _sent, ...rest } = card
  return `<TemplateCard>${members(rest)}</TemplateCard>`
}

function members(object: JsonObject): string {
  return Object.entries(object)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((each) => element(name, each)) : [element(name, value)],
    )
    .join('')
}

function element(name: string, value: JsonValue): string {
  const tag =
    name === 'keyname'
      ? 'KeyName'
      : name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  if (typeof value === 'string') return `<${tag}>${cdata(value)}</${tag}>`
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `<${tag}>${members(value)}</${tag}>`
  return `<${tag}>${String(value)}</${tag}>`
}

/** A tap on a card as the action that the hub runs. `handle` is what the vendor gave for changing the card later. */
export function cardPress(press: {
  readonly taskId: string
  readonly key: string
  readonly handle: JsonObject | null
  readonly values: JsonObject
}): { readonly name: 'card.press'; readonly args: JsonObject } {
  const { taskId, key, handle, values } = press
  return {
    name: 'card.press',
    args: {
      cardId: cardIdOf(taskId),
      key,
      ...(handle ? { handle } : {}),
      ...(Object.keys(values).length > 0 ? { values } : {}),
    },
  }
}
