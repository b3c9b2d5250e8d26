import type { RawResponse, ReceiveOutcome, Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { drawCard } from './card.ts'
import { readEvent } from './event.ts'

/** In both languages: Feishu shows each person the one of the own client. */
const busy: JsonObject = {
  type: 'info',
  content: '处理中，请稍候',
  i18n: { zh_cn: '处理中，请稍候', en_us: 'Working on it…' },
}

/**
 * 200 and JSON; anything else is delivered again. A tap gets its toast and the card as it looks from now on
 * ("feishu-cards/card-callback-communication"), or 处理中 when nobody knew in time. Pure.
 */
export function ack(verified: Verified, outcomes: readonly ReceiveOutcome[]): RawResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(answerOf(verified, outcomes)),
  }
}

/** The same answer for the long connection, where it travels inside a frame. */
export function answerOf(verified: Verified, outcomes: readonly ReceiveOutcome[]): JsonObject {
  if (outcomes.length === 0 || !isTap(verified)) return {}
  const answer = outcomes[0]?.answer
  if (!answer) return { toast: busy }
  return {
    toast: { type: answer.tone, content: answer.text },
    ...(answer.card ? { card: { type: 'raw', data: drawCard(answer.card, 'zh') } } : {}),
  }
}

function isTap(verified: Verified): boolean {
  try {
    return readEvent(verified).type === 'card.action.trigger'
  } catch {
    // Parked as unreadable: nobody waits for words.
    return false
  }
}
