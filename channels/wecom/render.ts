import type { Card, Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { choicesText } from '../_kit/choices.ts'
import { splitBytes } from '../_kit/split-bytes.ts'
import { appCards, taskIdOf, templateCard } from '../_kit/wecom-card.ts'
import { limits } from './limits.ts'

/**
 * A message as calls of the interface: its text in pieces of 2048 bytes, its card, its files. A card that takes the place of another one is
 * one call; what is said when WeCom no longer changes it goes along. Pure.
 */
export function render(out: Outbound): ProviderCall[] {
  if (out.replaces && out.card) return [change(out, out.card)]
  const drawn = out.card ? draw(out.card, out, false) : null
  const words = [out.text, ...(out.card && !drawn ? [textOfCard(out.card, out.lang)] : []), choicesText(out)]
  return [
    ...texts(out, words.filter(Boolean).join('\n\n')),
    ...(drawn ? [call('card', { to: out.to, card: drawn, reference: out.reference }, out.card!.title)] : []),
    ...(out.attachments ?? []).map(({ name, contentType, hash, size }) =>
      call('file', { to: out.to, name, contentType, hash, size, reference: out.reference }, name),
    ),
  ]
}

function change(out: Outbound, card: Card): ProviderCall {
  const { providerMessageId, handle } = out.replaces!
  const fresh = card.buttons.some((button) => button.url === undefined) ? draw(card, out, false) : null
  return call(
    'change',
    {
      to: out.to,
      reference: out.reference,
      providerMessageId,
      handle,
      card: draw(card, out, true),
      // Buttons that are needed further go out again; otherwise a sentence is enough.
      instead: fresh ? { card: fresh } : { text: oneText(out.text || sentence(card)) },
    },
    card.title,
  )
}

function draw(card: Card, out: Outbound, update: boolean): JsonObject | null {
  const taskId = taskIdOf(card, out.messageId)
  return templateCard(card, { dialect: appCards, lang: out.lang, taskId, update })
}

function texts(out: Outbound, text: string): ProviderCall[] {
  if (text === '') return []
  const pieces = splitBytes(text, limits.textBytes)
  return pieces.map((piece, i) =>
    call(
      'text',
      { to: out.to, text: piece, reference: out.reference },
      pieces.length === 1 ? 'text' : `text ${i + 1}/${pieces.length}`,
    ),
  )
}

function textOfCard(card: Card, lang: 'zh' | 'en'): string {
  return [cardText(card, lang), card.state?.text].filter(Boolean).join('\n')
}

function sentence(card: Card): string {
  return [card.title, card.state?.text].filter(Boolean).join('\n')
}

function oneText(text: string): string {
  return splitBytes(text, limits.textBytes)[0]!
}

function call(name: string, body: JsonObject, label: string): ProviderCall {
  return { name, body, label }
}
