import type { Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { objectOf, readObject, textOf } from './shape.ts'

/** An event as Feishu describes it, schema 2.0 ("event-subscription-guide/event-structure"). */
export interface FeishuEvent {
  readonly id: string
  /** e.g. `im.message.receive_v1`. */
  readonly type: string
  readonly body: JsonObject
}

/** Reads a believed delivery. Throws when it is not an event; it is then parked with its bytes. */
export function readEvent(verified: Verified): FeishuEvent {
  const { text } = verified.claims
  const json = readObject(typeof text === 'string' ? text : Buffer.from(verified.request.body).toString())
  if (!json) throw new Error('a delivery that is not a JSON object')
  const header = objectOf(json.header)
  // Schema 1.0 names them `uuid` and `event.type`; nothing of it is read, but it is not an error either.
  const id = textOf(header.event_id) || textOf(json.uuid)
  const type = textOf(header.event_type) || textOf(objectOf(json.event).type)
  if (!id || !type) throw new Error('a delivery without the id or the type of its event')
  return { id, type, body: objectOf(json.event) }
}
