import { createHash } from 'node:crypto'
import type { RawResponse, ReceiveOutcome, Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { sealMessage } from '../_kit/msg-crypt.ts'
import { cardParams } from './card.ts'
import type { DingtalkConfig } from './config.ts'
import { pushOf } from './parse.ts'
import { streamMethod } from './stream/request.ts'
import { eventKeys } from './verify.ts'

const json = { 'content-type': 'application/json; charset=utf-8' }

/**
 * The answer: nothing to say to a robot message, the card's new data to a tap, the sealed `success` to an event; for a frame, the
 * `data` of its answer. Pure.
 */
export function ack(
  verified: Verified,
  outcomes: readonly ReceiveOutcome[],
  config: DingtalkConfig,
): RawResponse {
  const isFrame = verified.request.method === streamMethod
  const body = isFrame ? frameAnswer(verified, outcomes) : JSON.stringify(bodyOf(verified, outcomes, config))
  return { status: 200, headers: json, body }
}

function bodyOf(verified: Verified, outcomes: readonly ReceiveOutcome[], config: DingtalkConfig): JsonObject {
  switch (verified.claims.push) {
    case 'card':
      return cardResponse(outcomes[0])
    case 'event':
      return sealedSuccess(verified, config)
    default:
      return { msgtype: 'empty' }
  }
}

/** The `data` of the answer to a frame, as text: `{"response":…}` to callbacks, a status to events. Pure. */
export function frameAnswer(verified: Verified, outcomes: readonly ReceiveOutcome[]): string {
  let kind = 'unreadable'
  try {
    kind = pushOf(verified).kind
  } catch {
    // It is stored and parked; pushing it again would not make it readable.
  }
  if (kind === 'event') return JSON.stringify({ status: 'SUCCESS', message: 'stored' })
  return JSON.stringify({ response: kind === 'card' ? cardResponse(outcomes[0]) : null })
}

/**
 * What the tapping person sees ("event-callback-card"): the card as it is from now on, and `notice`, a variable of their own.
 * DingTalk shows the public data of this answer to that person only; the others see it when the hub updates the card.
 */
function cardResponse(outcome: ReceiveOutcome | undefined): JsonObject {
  const answer = outcome?.answer
  const notice = answer?.text ?? '处理中…'
  return {
    cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    ...(answer?.card ? { cardData: { cardParamMap: cardParams(answer.card, '', 'zh') } } : {}),
    userPrivateData: { cardParamMap: { notice, notice_tone: answer?.tone ?? 'info' } },
  }
}

/** `success`, sealed with the question's own time and nonce: the same question gets the same answer. */
function sealedSuccess({ request, claims }: Verified, config: DingtalkConfig): JsonObject {
  const key = eventKeys(config).find((each) => each.receiveId === claims.receiveId)
  if (!key) throw new Error('the event was sealed for somebody else')
  const { timestamp = '', nonce = '' } = request.query
  const random = createHash('sha256').update(request.body).digest().subarray(0, 16)
  const { signature, encrypted } = sealMessage(key, 'success', { timestamp, nonce, random })
  return { msg_signature: signature, timeStamp: timestamp, nonce, encrypt: encrypted }
}
