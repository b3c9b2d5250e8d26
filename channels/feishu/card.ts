import type { Card } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { limits } from './limits.ts'

type Tone = NonNullable<Card['state']>['tone']

const plain = (content: string, more: JsonObject = {}): JsonObject => ({
  tag: 'plain_text',
  content,
  ...more,
})

const colours = {
  urgency: { low: 'wathet', normal: 'blue', high: 'orange', critical: 'red' },
  tone: { success: 'green', info: 'blue', warning: 'yellow', error: 'grey' },
} as const

const urgencyWords = {
  zh: { low: '不急', normal: '普通', high: '加急', critical: '紧急' },
  en: { low: 'low', normal: 'normal', high: 'high', critical: 'critical' },
} as const

/**
 * A card in Feishu's JSON 2.0 ("feishu-cards/card-json-v2-structure"): colour by urgency, or by what became of it; label and value
 * side by side; buttons in one row. Everything that people wrote is plain text: Markdown would let a customer mention or link.
 * `update_multi` is what allows a later change, before and after it. Pure.
 */
export function drawCard(card: Card, lang: 'zh' | 'en', text = ''): JsonObject {
  const whole = draw(card, lang, text)
  return bytesOf(whole) <= limits.cardBytes - reserve ? whole : draw(shortened(card), lang, cut(text, 500))
}

/** What the wrapping of a card may add to its own bytes. */
const reserve = 1000

/** Whether the card had to be shortened: its words are then sent besides. */
export function isTooLarge(card: Card, lang: 'zh' | 'en', text = ''): boolean {
  return bytesOf(draw(card, lang, text)) > limits.cardBytes - reserve
}

// A card travels as JSON inside JSON, where every quote is written twice.
const bytesOf = (card: JsonObject) => Buffer.byteLength(JSON.stringify(JSON.stringify(card)))

function shortened(card: Card): Card {
  const lines = card.lines
    .slice(0, 20)
    .map(({ label, value }) => ({ label: cut(label, 40), value: cut(value, 150) }))
  return {
    ...card,
    title: cut(card.title, 200),
    ...(card.state ? { state: { ...card.state, text: cut(card.state.text, 100) } } : {}),
    lines,
    buttons: card.buttons.slice(0, 6).map((button) => ({ ...button, text: cut(button.text, 40) })),
  }
}

function cut(text: string, length: number): string {
  const points = [...text]
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : text
}

function draw(card: Card, lang: 'zh' | 'en', text: string): JsonObject {
  return {
    schema: '2.0',
    config: { update_multi: true, width_mode: 'fill', summary: { content: card.title } },
    header: header(card, lang),
    body: {
      direction: 'vertical',
      vertical_spacing: '8px',
      elements: [
        ...(text ? [{ tag: 'div', text: plain(text) }] : []),
        ...card.lines.map(line),
        ...buttonRow(card),
      ],
    },
  }
}

function header({ title, urgency, state }: Card, lang: 'zh' | 'en'): JsonObject {
  const tags: JsonObject[] = []
  if (urgency && urgency !== 'normal') tags.push(tag(urgencyWords[lang][urgency], colours.urgency[urgency]))
  if (state) tags.push(tag(state.text, toneColour(state.tone)))
  return {
    title: plain(title),
    template: state ? toneColour(state.tone) : colours.urgency[urgency ?? 'normal'],
    ...(tags.length > 0 ? { text_tag_list: tags } : {}),
  }
}

const toneColour = (tone: Tone) => colours.tone[tone]

// Tags know `neutral`, headers `grey`.
const tag = (text: string, colour: string): JsonObject => ({
  tag: 'text_tag',
  text: plain(text),
  color: colour === 'grey' ? 'neutral' : colour,
})

function line({ label, value }: Card['lines'][number]): JsonObject {
  return {
    tag: 'column_set',
    horizontal_spacing: '8px',
    columns: [
      column([{ tag: 'div', text: plain(label, { text_color: 'grey' }) }], { width: '72px' }),
      column([{ tag: 'div', text: plain(value) }], { width: 'weighted', weight: 1 }),
    ],
  }
}

const column = (elements: JsonObject[], more: JsonObject): JsonObject => ({
  tag: 'column',
  elements,
  ...more,
})

/** JSON 2.0 has no element for actions any more: several buttons stand side by side in a column set. */
function buttonRow(card: Card): JsonObject[] {
  const buttons = card.buttons.flatMap((one) => {
    const behaviour = behaviourOf(one, card.id)
    return behaviour ? [button(one, behaviour)] : []
  })
  if (buttons.length === 0) return []
  const columns = buttons.map((one) => column([one], { width: 'weighted', weight: 1 }))
  return [
    { tag: 'hr' },
    {
      tag: 'column_set',
      flex_mode: columns.length > 3 ? 'flow' : 'none',
      horizontal_spacing: '8px',
      columns,
    },
  ]
}

type Button = Card['buttons'][number]

/** What a tap does; null for a button that nobody could tell from another card's. */
function behaviourOf({ key, url }: Button, cardId: string | undefined): JsonObject | null {
  if (url) return { type: 'open_url', default_url: url }
  return cardId ? { type: 'callback', value: { cardId, key } } : null
}

const types = { primary: 'primary_filled', danger: 'danger', default: 'default' } as const

const button = ({ text, style }: Button, behaviour: JsonObject): JsonObject => ({
  tag: 'button',
  text: plain(text),
  type: types[style ?? 'default'],
  width: 'fill',
  behaviors: [behaviour],
})
