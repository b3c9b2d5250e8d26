import type { Card } from '../../src/contract/channel.ts'

const urgencyWords = {
  zh: { low: '低', normal: '普通', high: '高', critical: '紧急' },
  en: { low: 'low', normal: 'normal', high: 'high', critical: 'critical' },
} as const

/** A card as plain text, for channels without cards: title, lines, and the buttons that lead somewhere as links. */
export function cardText(card: Card, lang: 'zh' | 'en'): string {
  const colon = lang === 'zh' ? '：' : ': '
  const urgency = card.urgency
    ? [`${lang === 'zh' ? '紧急程度' : 'Urgency'}${colon}${urgencyWords[lang][card.urgency]}`]
    : []
  const lines = card.lines.map((line) => `${line.label}${colon}${line.value}`)
  const links = card.buttons.flatMap((button) => (button.url ? [`${button.text}${colon}${button.url}`] : []))
  return [card.title, ...urgency, ...lines, ...links].join('\n')
}
