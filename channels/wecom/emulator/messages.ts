import { createHash } from 'node:crypto'
import { cardFault, isTaskId } from './card-rules.ts'
import { type Json, newMsgId, type State } from './state.ts'

const ok = { errcode: 0, errmsg: 'ok' }
const hour = 3_600_000

/** `message/send` (document 90236). */
export function sendMessage(state: State, raw: string): Json {
  const body = JSON.parse(raw) as Json
  if (String(body.agentid) !== state.agentId) return { errcode: 40056, errmsg: 'invalid agentid' }
  const named = String(body.touser ?? '')
    .split('|')
    .filter(Boolean)
  const known = named.filter((name) => state.members.has(name))
  if (known.length === 0) return { errcode: 81013, errmsg: 'user & party & tag all invalid' }
  const repeat = repeatOf(state, body, raw)
  // Nothing says that a repeat gets the response code again.
  if (repeat) return { ...ok, msgid: repeat }
  const fault = contentFault(state, body)
  if (fault) return fault
  const msgid = newMsgId()
  remember(state, body, raw, msgid)
  const unreached = named.filter((name) => !known.includes(name) || state.hidden.has(name))
  for (const member of known)
    if (!state.hidden.has(member) && state.mayShow(member)) show(state, member, msgid, body)
  return {
    ...ok,
    ...(unreached.length > 0 ? { invaliduser: unreached.join('|').toLowerCase() } : {}),
    msgid,
    ...(isInteractive(body) ? { response_code: state.newCode(msgid) } : {}),
  }
}

function isInteractive(body: Json): boolean {
  return (
    body.msgtype === 'template_card' && /_interaction$/.test(String((body.template_card as Json).card_type))
  )
}

function contentFault(state: State, body: Json): Json | null {
  const type = String(body.msgtype)
  if (type === 'text') return textOf(body) === '' ? { errcode: 44004, errmsg: 'empty content' } : null
  if (type === 'template_card') return sentCardFault(state, body)
  if (['image', 'voice', 'video', 'file'].includes(type)) {
    const file = state.files.get(String((body[type] as Json | undefined)?.media_id))
    const isThere = file && state.now() - file.atMs < 72 * hour
    return isThere ? null : { errcode: 40007, errmsg: 'invalid media_id' }
  }
  return { errcode: 40008, errmsg: 'invalid message type' }
}

function sentCardFault(state: State, body: Json): Json | null {
  const card = (body.template_card ?? {}) as Json
  const fault = cardFault(card)
  if (fault) return { ...fault }
  if (card.card_type === 'text_notice' && card.task_id === undefined) return null
  if (!isTaskId(card.task_id)) return { errcode: 40058, errmsg: 'Template_Card.task_id' }
  if (state.taskIds.has(card.task_id)) return { errcode: 40058, errmsg: 'Template_Card.task_id duplicated' }
  return null
}

const textOf = (body: Json) => String((body.text as Json | undefined)?.content ?? '')
const digest = (raw: string) => createHash('sha256').update(raw).digest('hex')

function repeatOf(state: State, body: Json, raw: string): string | null {
  if (body.enable_duplicate_check !== 1) return null
  const before = state.repeats.get(digest(raw))
  return before && state.now() < before.untilMs ? before.msgid : null
}

function remember(state: State, body: Json, raw: string, msgid: string): void {
  const seconds = Math.min(Number(body.duplicate_check_interval ?? 1800), 14_400)
  state.repeats.set(digest(raw), { msgid, untilMs: state.now() + seconds * 1000 })
  const card = body.template_card as Json | undefined
  if (typeof card?.task_id === 'string') state.taskIds.add(card.task_id)
}

function show(state: State, member: string, msgid: string, body: Json): void {
  const type = String(body.msgtype)
  const screen = state.screenOf(member)
  if (type === 'text') {
    // Cut off, not refused: what the vendor does with more than 2048 bytes.
    const text = Buffer.from(textOf(body)).subarray(0, 2048).toString()
    screen.push({ from: 'application', msgid, kind: 'text', text })
    return
  }
  if (type === 'template_card') {
    const card = structuredClone(body.template_card) as Json
    screen.push({
      from: 'application',
      msgid,
      kind: 'card',
      text: String((card.main_title as Json)?.title ?? ''),
      card,
    })
    return
  }
  const file = state.files.get(String((body[type] as Json).media_id))!
  const kind = type as 'image' | 'voice' | 'video' | 'file'
  screen.push({ from: 'application', msgid, kind, text: file.name, content: file.content })
}

/** `message/update_template_card` (document 94888). The document names no code for a used or late response code; 40058 stands for it. */
export function updateCard(state: State, raw: string): Json {
  const body = JSON.parse(raw) as Json
  if (String(body.agentid) !== state.agentId) return { errcode: 40056, errmsg: 'invalid agentid' }
  const code = state.codes.get(String(body.response_code))
  if (!code || code.used || state.now() - code.madeAtMs > 72 * hour) {
    return { errcode: 40058, errmsg: 'invalid response_code, hint: used or expired' }
  }
  const card = body.template_card as Json | undefined
  const fault = card ? cardFault(card) : null
  if (fault) return { ...fault }
  code.used = true
  const members = Array.isArray(body.userids) ? body.userids.map(String) : []
  const unreached = members.filter((member) => !changeOnScreen(state, member, code.msgid, body))
  return { ...ok, ...(unreached.length > 0 ? { invaliduser: unreached } : {}) }
}

function changeOnScreen(state: State, member: string, msgid: string, body: Json): boolean {
  const item = state.screenOf(member).find((each) => each.msgid === msgid && each.card)
  if (!item) return false
  const replaced = (body.button as Json | undefined)?.replace_name
  const { task_id } = item.card!
  item.card = replaced
    ? { ...item.card, replace_text: replaced }
    : { ...(body.template_card as Json), task_id }
  return true
}
