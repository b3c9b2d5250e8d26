import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { startApi } from './api.ts'
import { addressCheck, type Delivered, type Delivery, deliver, sealedBody, signedQuery } from './callbacks.ts'
import { keep } from './files.ts'
import type { Json, Mood, ScreenItem, State as StateType } from './state.ts'
import { State } from './state.ts'

export type { Delivered, Mood, ScreenItem }

/** A running emulated WeCom with one corporation and one application. */
export interface WecomEmulator {
  /** Base address of the interface. */
  readonly url: string
  readonly state: StateType
  readonly delivery: Delivery
  /** Sets the mood of the next call. */
  mood(...moods: Mood[]): void
  /** Checks the callback address as WeCom does when an administrator saves it; true when the answer was right. */
  checkAddress(): Promise<boolean>
  /** A member writes to the application. */
  say(member: string, text: string, msgId?: string): Promise<Delivered>
  sendImage(member: string, content: Uint8Array): Promise<Delivered>
  sendLocation(member: string, lat: number, lng: number, label: string): Promise<Delivered>
  /** Any message or event; `xml` are the elements besides sender, receiver, time and application. */
  happen(member: string, xml: string): Promise<Delivered>
  /** A member taps a button of a card that is on the screen; the passive reply changes it. Throws when there is no such button, or it is grey. */
  press(member: string, cardId: string, key: string): Promise<Delivered>
  /** What a member sees, the oldest first. */
  screen(member: string): readonly ScreenItem[]
  /** The XML of a message or event. */
  xml(member: string, elements: string, createTimeMs?: number): string
  /** Seals and signs, without sending: the cheap way to make many requests. */
  body(xml: string): Uint8Array
  query(body: Uint8Array, nowMs: number): Record<string, string>
  stop(): Promise<void>
}

/**
 * WeCom's side of an application (自建应用): the interface with its tokens, limits and error codes, signed and sealed callbacks with their
 * repeats, and what members see. For tests and the demo: loopback only, random secrets, nothing is written to disk.
 */
export async function startWecomEmulator(
  options: { readonly members?: readonly string[]; readonly now?: () => number } = {},
): Promise<WecomEmulator> {
  const state = new State(options.members ?? ['lishifu', 'wangfang'], options.now ?? Date.now)
  const delivery: Delivery = { url: null, repeatAfterMs: 5000, patienceMs: 5000, doubles: 0, lostAnswers: 0 }
  const server = startApi(state)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const xml = (member: string, elements: string, createTimeMs = state.now()) =>
    `<xml><ToUserName><![CDATA[${state.corpId}]]></ToUserName><FromUserName><![CDATA[${member}]]></FromUserName>` +
    `<CreateTime>${Math.floor(createTimeMs / 1000)}</CreateTime>${elements}<AgentID>${state.agentId}</AgentID></xml>`
  const happen = (member: string, elements: string) => deliver(state, delivery, xml(member, elements))
  return {
    url,
    state,
    delivery,
    mood: (...moods) => void state.moods.push(...moods),
    checkAddress: () => check(state, delivery),
    say: (member, text, msgId = newId()) => {
      state.screenOf(member).push({ from: 'member', msgid: msgId, kind: 'text', text })
      return happen(member, textXml(text, msgId))
    },
    sendImage: (member, content) => {
      const mediaId = keep(state, 'image.jpg', 'image/jpeg', content)
      state.screenOf(member).push({ from: 'member', msgid: mediaId, kind: 'image', text: '', content })
      return happen(member, imageXml(mediaId, newId()))
    },
    sendLocation: (member, lat, lng, label) =>
      happen(
        member,
        `<MsgType><![CDATA[location]]></MsgType><Location_X>${lat}</Location_X><Location_Y>${lng}</Location_Y>` +
          `<Scale>16</Scale><Label><![CDATA[${label}]]></Label><MsgId>${newId()}</MsgId>`,
      ),
    happen,
    press: (member, cardId, key) => press(state, member, cardId, key, happen),
    screen: (member) => state.screenOf(member),
    xml,
    body: (text) => sealedBody(state, text),
    query: (body, nowMs) => signedQuery(state, body, nowMs),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const newId = () => randomBytes(8).readBigUInt64BE().toString()
/** Elements of a text message. */
export const textXml = (text: string, msgId: string) =>
  `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content><MsgId>${msgId}</MsgId>`
/** Elements of an image. */
export const imageXml = (mediaId: string, msgId: string) =>
  `<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[]]></PicUrl><MediaId><![CDATA[${mediaId}]]></MediaId><MsgId>${msgId}</MsgId>`

async function check(state: StateType, delivery: Delivery): Promise<boolean> {
  const { query, wanted } = addressCheck(state, state.now())
  const response = await fetch(`${delivery.url}?${new URLSearchParams(query)}`)
  return response.status === 200 && (await response.text()) === wanted
}

async function press(
  state: StateType,
  member: string,
  cardId: string,
  key: string,
  happen: (member: string, elements: string) => Promise<Delivered>,
): Promise<Delivered> {
  const item = state.screenOf(member).findLast((each) => {
    const taskId = String(each.card?.task_id ?? '')
    return taskId === cardId || taskId.startsWith(`${cardId}@`)
  })
  const buttons = (item?.card?.button_list ?? []) as Json[]
  if (!item?.card || item.card.replace_text || !buttons.some((button) => button.key === key)) {
    throw new Error(`${member} sees no button ${key} on the card ${cardId}`)
  }
  const { task_id: taskId, card_type: cardType } = item.card
  const delivered = await happen(
    member,
    `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[${key}]]></EventKey>` +
      `<TaskId><![CDATA[${taskId}]]></TaskId><CardType><![CDATA[${cardType}]]></CardType>` +
      `<ResponseCode><![CDATA[${state.newCode(item.msgid)}]]></ResponseCode>`,
  )
  const { reply } = delivered
  if (reply?.MsgType === 'update_button') {
    item.card = { ...item.card, replace_text: (reply.Button as Json).ReplaceName }
  }
  if (reply?.MsgType === 'update_template_card')
    item.card = { ...fromXml(reply.TemplateCard as Json), task_id: taskId }
  return delivered
}

const lists = new Set(['horizontal_content_list', 'button_list', 'jump_list'])

/** A card of a passive reply in the names of the JSON interface. */
function fromXml(card: Json): Json {
  return Object.fromEntries(
    Object.entries(card).map(([name, value]) => {
      const key =
        name === 'KeyName'
          ? 'keyname'
          : name.replace(/[A-Z]/g, (letter, at) => `${at ? '_' : ''}${letter.toLowerCase()}`)
      const read = Array.isArray(value)
        ? value.map((each) => fromXml(each as Json))
        : typeof value === 'object' && value !== null
          ? fromXml(value as Json)
          : value
      return [key, lists.has(key) && !Array.isArray(read) ? [read] : read]
    }),
  )
}
