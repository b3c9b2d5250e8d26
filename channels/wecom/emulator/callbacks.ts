import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { XMLParser } from 'fast-xml-parser'
import { open, seal, signatureOf } from './crypto.ts'
import type { Json, State } from './state.ts'

/** How callbacks are delivered; everything can be changed while it runs. */
export interface Delivery {
  /** The hub's callback address; null while none is set. */
  url: string | null
  /** Pause before each of the three repeats, ms. */
  repeatAfterMs: number
  /** How long an answer is waited for, ms. */
  patienceMs: number
  /** Extra deliveries of every callback, at the same time. */
  doubles: number
  /** First tries of every callback whose answer is lost on the way. */
  lostAnswers: number
}

/** A callback as it goes over the line. */
export interface CallbackRequest {
  readonly method: 'POST' | 'GET'
  readonly query: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What became of a callback. */
export interface Delivered {
  /** True when an answer with status 200 came in time. */
  readonly accepted: boolean
  readonly tries: number
  /** The passive reply, read; null when the answer was empty. */
  readonly reply: Json | null
}

/** The body of a callback: sealed anew each time, so that no two are the same bytes. */
export function sealedBody(state: State, xml: string): Uint8Array {
  const frame =
    `<xml><ToUserName><![CDATA[${state.corpId}]]></ToUserName>` +
    `<AgentID><![CDATA[${state.agentId}]]></AgentID><Encrypt><![CDATA[${seal(state, xml)}]]></Encrypt></xml>`
  return new TextEncoder().encode(frame)
}

/** The query that signs a body; a body without `Encrypt` is signed as if it held an empty one. */
export function signedQuery(state: State, body: Uint8Array, nowMs: number): Record<string, string> {
  const encrypted = /<Encrypt><!\[CDATA\[([^\]]*)/.exec(Buffer.from(body).toString())?.[1] ?? ''
  return signed(state, encrypted, nowMs)
}

function signed(state: State, encrypted: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const nonce = randomBytes(5).readUIntBE(0, 5).toString()
  return { msg_signature: signatureOf(state, timestamp, nonce, encrypted), timestamp, nonce }
}

/** The check of the callback address: a GET whose `echostr` must come back decrypted. */
export function addressCheck(state: State, nowMs: number): CallbackRequest & { readonly wanted: string } {
  const wanted = randomBytes(8).readBigUInt64BE().toString()
  const echostr = seal(state, wanted)
  return {
    method: 'GET',
    query: { ...signed(state, echostr, nowMs), echostr },
    body: new Uint8Array(),
    wanted,
  }
}

/** Posts a callback, and again three times until somebody answers 200 in time (document 90930). */
export async function deliver(state: State, delivery: Delivery, xml: string): Promise<Delivered> {
  const doubles = Array.from({ length: delivery.doubles }, () => once(state, delivery, xml))
  for (let tries = 1; ; tries++) {
    const given = await once(state, delivery, xml)
    const answer = tries <= delivery.lostAnswers ? null : given
    if (answer || tries === 4) {
      await Promise.all(doubles)
      const reply = answer ? readReply(state, answer.body) : null
      return { accepted: answer !== null, tries, reply }
    }
    await pause(delivery.repeatAfterMs)
  }
}

async function once(state: State, delivery: Delivery, xml: string): Promise<{ body: string } | null> {
  if (!delivery.url) return null
  const body = sealedBody(state, xml)
  const query = new URLSearchParams(signedQuery(state, body, state.now()))
  try {
    const response = await fetch(`${delivery.url}?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: Buffer.from(body),
      signal: AbortSignal.timeout(delivery.patienceMs),
    })
    const text = await response.text()
    return response.status === 200 ? { body: text } : null
  } catch {
    return null
  }
}

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true })

/** Opens a passive reply. Throws when its signature or its receiver is wrong: the vendor would drop it. */
export function readReply(state: State, body: string): Json | null {
  if (body === '') return null
  const frame = (parser.parse(body) as { xml: Record<string, string> }).xml
  const { Encrypt = '', MsgSignature = '', TimeStamp = '', Nonce = '' } = frame
  if (MsgSignature !== signatureOf(state, TimeStamp, Nonce, Encrypt))
    throw new Error('the reply is signed wrongly')
  const { text, id } = open(state, Encrypt)
  if (id !== state.corpId) throw new Error('the reply is for somebody else')
  return (parser.parse(text) as { xml: Json }).xml
}
