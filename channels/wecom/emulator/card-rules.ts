type Json = Record<string, unknown>

const cardTypes = [
  'text_notice',
  'news_notice',
  'button_interaction',
  'vote_interaction',
  'multiple_interaction',
]

/** Why the vendor refuses a template card (document 90236); null when it takes it. */
export function cardFault(card: Json): { readonly errcode: number; readonly errmsg: string } | null {
  const bad = (errmsg: string, errcode = 40058) => ({ errcode, errmsg })
  if (!cardTypes.includes(String(card.card_type))) return bad('Template_Card.card_type')
  const title = (card.main_title as Json | undefined)?.title
  if (!title && !card.sub_title_text) return bad('Template_Card.main_title')
  if (lengthOf(card.horizontal_content_list) > 6) return bad('Template_Card.horizontal_content_list')
  if (lengthOf(card.jump_list) > 3) return bad('Template_Card.jump_list')
  if (card.card_type === 'text_notice') {
    const action = card.card_action as Json | undefined
    if (action?.type !== 1 || !action.url) return bad('Template_Card.card_action', 42045)
  }
  if (card.card_type === 'button_interaction' && !areButtons(card.button_list))
    return bad('Template_Card.button_list')
  return null
}

/** Whether a task id may be used at all: 1 to 128 of the characters that the vendor names. */
export function isTaskId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z_@-]{1,128}$/.test(value)
}

function areButtons(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > 6) return false
  const keys = new Set<string>()
  for (const button of value as Json[]) {
    if (typeof button.text !== 'string' || button.text === '') return false
    if (button.type === 1) {
      if (typeof button.url !== 'string') return false
      continue
    }
    const { key } = button
    if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > 1024 || keys.has(key)) return false
    keys.add(key)
  }
  return true
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}
