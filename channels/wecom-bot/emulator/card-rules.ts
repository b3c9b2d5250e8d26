type Json = Record<string, unknown>

const cardTypes = [
  'text_notice',
  'news_notice',
  'button_interaction',
  'vote_interaction',
  'multiple_interaction',
]

/** Why the vendor refuses a robot's card (document 101032); null when it takes it. */
export function cardFault(card: Json): { readonly errcode: number; readonly errmsg: string } | null {
  const bad = (errmsg: string, errcode = 40058) => ({ errcode, errmsg })
  if (!cardTypes.includes(String(card.card_type))) return bad('Template_Card.card_type')
  if (typeof card.task_id !== 'string' || !/^[0-9A-Za-z_@-]{1,128}$/.test(card.task_id)) return bad('task_id')
  if (!(card.main_title as Json | undefined)?.title && !card.sub_title_text) return bad('main_title')
  const list = card.horizontal_content_list
  if (Array.isArray(list) && list.length > 6) return bad('horizontal_content_list')
  if (card.card_type === 'text_notice') {
    const action = card.card_action as Json | undefined
    if (action?.type !== 1 || !action.url) return bad('Template_Card.card_action', 42045)
  }
  if (card.card_type === 'button_interaction' && !areButtons(card.button_list)) return bad('button_list')
  return null
}

/** Robots' buttons have a text, a style and a key, and nothing else. */
function areButtons(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > 6) return false
  const keys = (value as Json[]).map(({ key }) => key)
  const isEachFine = (value as Json[]).every(
    ({ text, key, type, url }) =>
      typeof text === 'string' &&
      text !== '' &&
      typeof key === 'string' &&
      key !== '' &&
      type === undefined &&
      url === undefined,
  )
  return isEachFine && new Set(keys).size === keys.length
}
