import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { sealFile } from './cipher.ts'
import { Line } from './line.ts'
import { type Json, type Mood, type ScreenItem, State } from './state.ts'

export type { Mood, ScreenItem }

/** A running emulated service of smart robots, with one robot. */
export interface BotEmulator {
  /** `ws://` address of the long connection. */
  readonly url: string
  readonly botId: string
  readonly secret: string
  readonly state: State
  readonly line: Line
  /** Sets the mood of the next frames. */
  mood(...moods: Mood[]): void
  /** A member writes to the robot, alone or (with `group`) in a group. Resolves to the message's id; null when nobody was connected. */
  say(
    member: string,
    text: string,
    options?: { readonly group?: string; readonly msgid?: string },
  ): string | null
  sendImage(member: string, content: Uint8Array): string | null
  sendFile(member: string, name: string, content: Uint8Array): string | null
  /** Any message; `body` is what follows sender and conversation. */
  happen(member: string, body: Json, group?: string): string | null
  /** A member taps a button. Resolves to the card that answered within five seconds; null when none did. Throws when there is no such button. */
  press(member: string, cardId: string, key: string, group?: string): Promise<Json | null>
  /** What is seen in a conversation (a member's own, or a group's), the oldest first. */
  screen(chat: string): readonly ScreenItem[]
  /** The body of a text message, for making many frames. */
  textBody(member: string, text: string, msgid: string): Json
  /** A file as the vendor would hand it over: its address and its key. */
  offer(name: string, content: Uint8Array): { readonly url: string; readonly aeskey: string }
  stop(): Promise<void>
}

/**
 * The vendor's side of the long connection of smart robots (document 101463): sign-in, signs of life, one connection at a time, messages, taps
 * and their five seconds, pushes, uploads and sealed files. For tests and the demo: loopback only, random secrets.
 */
export async function startBotEmulator(
  options: { readonly now?: () => number; readonly tapMs?: number } = {},
): Promise<BotEmulator> {
  const state = new State(options.now ?? Date.now)
  const server = createServer((request, response) => giveFile(state, request, response))
  const sockets = new WebSocketServer({ server })
  const line = new Line(sockets, state)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const happen = (member: string, body: Json, group?: string) => {
    state.known.add(group ?? member)
    return tell(line, member, body, group)
  }
  const offer = (name: string, content: Uint8Array) => offerFile(state, host, name, content)
  return {
    url: `ws://${host}`,
    botId: state.botId,
    secret: state.secret,
    state,
    line,
    mood: (...moods) => void state.moods.push(...moods),
    say(member, text, { group, msgid = newId() } = {}) {
      state.screenOf(group ?? member).push({ from: 'member', kind: 'text', text })
      return happen(member, { msgid, msgtype: 'text', text: { content: text } }, group)
    },
    sendImage: (member, content) =>
      happen(member, { msgid: newId(), msgtype: 'image', image: offer('image.jpg', content) }),
    sendFile: (member, name, content) =>
      happen(member, { msgid: newId(), msgtype: 'file', file: offer(name, content) }),
    happen,
    press: (member, cardId, key, group) =>
      press(state, line, { member, cardId, key, group }, options.tapMs ?? 5000),
    screen: (chat) => state.screenOf(chat),
    textBody: (member, text, msgid) => ({
      ...addressed(member, undefined),
      msgid,
      aibotid: state.botId,
      msgtype: 'text',
      text: { content: text },
    }),
    offer,
    async stop() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const newId = () => randomBytes(12).toString('hex')

function offerFile(state: State, host: string, name: string, content: Uint8Array) {
  const { sealed, aesKey } = sealFile(content)
  const id = newId()
  state.files.set(id, { name, sealed, untilMs: state.now() + 300_000 })
  return { url: `http://${host}/files/${id}`, aeskey: aesKey }
}

function addressed(member: string, group: string | undefined): Json {
  const from = { userid: member }
  return group ? { chatid: group, chattype: 'group', from } : { chattype: 'single', from }
}

function tell(line: Line, member: string, body: Json, group?: string): string | null {
  const cmd = body.msgtype === 'event' ? 'aibot_event_callback' : 'aibot_msg_callback'
  return line.tell(cmd, { ...addressed(member, group), ...body }) === null ? null : String(body.msgid ?? '')
}

interface Tap {
  readonly member: string
  readonly cardId: string
  readonly key: string
  readonly group: string | undefined
}

async function press(state: State, line: Line, tap: Tap, tapMs: number): Promise<Json | null> {
  const chat = tap.group ?? tap.member
  const item = state.screenOf(chat).findLast(({ card }) => {
    const taskId = String(card?.task_id ?? '')
    return taskId === tap.cardId || taskId.startsWith(`${tap.cardId}@`)
  })
  const buttons = (item?.card?.button_list ?? []) as Json[]
  if (!item?.card || !buttons.some((button) => button.key === tap.key)) {
    throw new Error(`${tap.member} sees no button ${tap.key} on the card ${tap.cardId}`)
  }
  const taskId = String(item.card.task_id)
  const detail = { card_type: item.card.card_type, event_key: tap.key, task_id: taskId }
  return await new Promise<Json | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), tapMs)
    const answered = (card: Json) => {
      clearTimeout(timer)
      item.card = card
      resolve(card)
    }
    const reqId = newId()
    state.taps.set(reqId, { chat, taskId, untilMs: state.now() + tapMs, answered })
    const event = { eventtype: 'template_card_event', template_card_event: detail }
    line.tell('aibot_event_callback', { ...addressed(tap.member, tap.group), msgtype: 'event', event }, reqId)
  })
}

function giveFile(state: State, request: IncomingMessage, response: ServerResponse): void {
  const file = state.files.get((request.url ?? '').replace('/files/', ''))
  if (!file || state.now() > file.untilMs) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  })
  response.end(file.sealed)
}
