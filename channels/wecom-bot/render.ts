import type { Card, Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { choicesText } from '../_kit/choices.ts'
import { splitBytes } from '../_kit/split-bytes.ts'
import { botCards, taskIdOf, templateCard } from '../_kit/wecom-card.ts'
import { limits } from './limits.ts'

/**
 * A message as frames: its text as markdown, its card, its files. A robot's card can be changed only in answer to a tap, within five seconds;
 * one that takes the place of another is sent as a card of its own. Pure.
 */
export function render(out: Outbound): ProviderCall[] {
  const drawn = out.card ? draw(out.card, out) : null
  const words = [out.text, ...(out.card && !drawn ? [textOfCard(out.card, out.lang)] : []), choicesText(out)]
  const chatid = typeof out.thread.chatid === 'string' ? out.thread.chatid : out.to
  const call = (name: string, body: JsonObject, label: string) => ({
    name,
    body: { chatid, ...body },
    label,
  })
  return [
    ...texts(words.filter(Boolean).join('\n\n')).map((text, i, all) =>
      call(
        'text',
        { text, reference: spoken(out.reference) },
        all.length === 1 ? 'text' : `text ${i + 1}/${all.length}`,
      ),
    ),
    ...(drawn ? [call('card', { card: drawn }, out.card!.title)] : []),
    ...(out.attachments ?? []).map(({ name, contentType, hash, size }) =>
      call('file', { name, contentType, hash, size }, name),
    ),
  ]
}

function draw(card: Card, out: Outbound): JsonObject | null {
  const taskId = taskIdOf(card, out.messageId)
  const isOver = out.replaces !== undefined && card.state !== undefined
  return templateCard(card, { dialect: botCards, lang: out.lang, taskId, update: isOver })
}

function texts(text: string): string[] {
  return text === '' ? [] : splitBytes(text, limits.textBytes)
}

function textOfCard(card: Card, lang: 'zh' | 'en'): string {
  return [cardText(card, lang), card.state?.text].filter(Boolean).join('\n')
}

/** A ticket's number, by which people see that two messages are one; the stand-in before there is a ticket says nothing to them. */
function spoken(reference: string): string | null {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(reference) ? reference : null
}
