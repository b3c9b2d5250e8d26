import type { Verified } from '../../src/contract/channel.ts'
import type {
  CallFacts,
  InboundAttachment,
  MessageEnvelope,
  SenderIdentity,
} from '../../src/contract/message.ts'
import type { Speaker } from '../../src/contract/transcript.ts'
import { hashOf } from '../../src/kernel/hash.ts'
import type { JsonValue } from '../../src/kernel/json.ts'
import type { PhoneConfig } from './config.ts'
import { recordingOf } from './convert/recording.ts'
import { isMobile, readNumber } from './number.ts'
import { itemsOf, lookUp, readRequest, textOf } from './request.ts'
import { readDuration, readTime } from './time.ts'

/** Who is on which track, as the account says. */
const layouts: Readonly<Record<PhoneConfig['stereo'], readonly Speaker[]>> = {
  mixed: [],
  'customer-first': ['customer', 'agent'],
  'agent-first': ['agent', 'customer'],
  unknown: ['unknown', 'unknown'],
}

/**
 * One envelope for each reported call. Steps that the account leaves out, and internal calls where it ignores them, give none.
 * Throws where a report names no call: then the paths of the account are wrong, and it waits as a dead letter. Pure.
 */
export function parse(verified: Verified, config: PhoneConfig): MessageEnvelope[] {
  const read = readRequest(verified.request)
  return itemsOf(read, config.items).flatMap((item) => {
    const envelope = envelopeOf((path) => textOf(lookUp(path, item, verified.request)), config, item)
    return envelope ? [envelope] : []
  })
}

type Say = (path: string) => string

function envelopeOf(say: Say, config: PhoneConfig, item: JsonValue): MessageEnvelope | null {
  const { fields } = config
  const event = say(fields.event)
  if (config.readEvents.length > 0 && !config.readEvents.includes(event)) return null
  const callId = say(fields.callId)
  if (callId === '' || callId.length > 200) {
    const names = typeof item === 'object' && item !== null ? Object.keys(item).slice(0, 30).join(', ') : ''
    throw new Error(`the report names no call at "${fields.callId}"; it holds: ${names}`)
  }
  const direction = directionOf(say(fields.direction), config)
  if (direction === 'ignore') return null
  const call = factsOf(callId, direction, say, config)
  const recording = recordingOf(
    { callId, url: say(fields.recordingUrl), server: say(fields.recordingServer) },
    config,
  )
  const note = say(fields.note).slice(0, 4000)
  const told = { event, call, recording: recording?.source ?? null, note }
  return {
    kind: 'message',
    dedupeKey: `${callId}:${hashOf(told).slice(0, 24)}`,
    senderKey: callId,
    threadKey: callId,
    identity: identityOf(call, say(fields.customerName)),
    message: {
      kind: 'call',
      providerMessageId: callId,
      sentAtMs: call.startedAtMs ?? call.answeredAtMs ?? call.endedAtMs,
      text: note,
      attachments: recording ? [recording] : ([] as InboundAttachment[]),
      call,
    },
  }
}

/** Null where this report leaves it to another one to say. */
function directionOf(value: string, config: PhoneConfig): CallFacts['direction'] | 'ignore' {
  if (value === '' && config.fields.direction !== '') return null
  const among = (list: readonly string[]) => list.some((one) => one.toLowerCase() === value.toLowerCase())
  if (among(config.inbound)) return 'in'
  if (among(config.outbound)) return 'out'
  return config.otherwise
}

function factsOf(
  callId: string,
  direction: CallFacts['direction'],
  say: Say,
  config: PhoneConfig,
): CallFacts {
  const { fields } = config
  const called = (direction ?? config.otherwise) !== 'out'
  const time = (path: string) => readTime(say(path), config.timeFormat, config.utcOffset)
  const [caller, callee] = [readNumber(say(fields.caller)), readNumber(say(fields.callee))]
  const startedAtMs = time(fields.startedAt)
  const durationMs = readDuration(say(fields.duration))
  const talked = durationMs !== null && durationMs > 0
  const answered = time(fields.answeredAt)
  const endedAtMs =
    time(fields.endedAt) ??
    (durationMs !== null && (answered ?? startedAtMs) !== null
      ? (answered ?? startedAtMs)! + durationMs
      : null)
  // A report without the moment of the answer says by the talking time that there was one.
  const answeredAtMs = answered ?? (talked && endedAtMs !== null ? endedAtMs - durationMs : null)
  const agent = say(fields.agent).slice(0, 100)
  const cause = say(fields.hangupCause).slice(0, 200)
  return {
    callId,
    direction,
    customerNumber: readNumber(say(fields.customer)) ?? (called ? caller : callee),
    hotline: readNumber(say(fields.hotline)) ?? (called ? callee : caller),
    agent: agent || null,
    startedAtMs,
    answeredAtMs,
    endedAtMs,
    hangupCause: cause || null,
    tracks: layouts[config.stereo],
  }
}

/** Who called; callers who withhold their number are each a person of their own. */
function identityOf({ callId, customerNumber }: CallFacts, name: string): SenderIdentity {
  if (customerNumber === null) return { externalId: `unknown:${callId}` }
  return {
    externalId: customerNumber,
    ...(name ? { displayName: name.slice(0, 100) } : {}),
    ...(isMobile(customerNumber) ? { strongIds: { phone: customerNumber } } : {}),
  }
}
