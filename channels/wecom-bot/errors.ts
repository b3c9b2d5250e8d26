import { DeliveryError } from '../../src/contract/channel.ts'
import type { ErrorTable } from '../_kit/errcode-api.ts'

const minute = 60_000

/**
 * Error codes of the long connection. Documents 101463, 101032 and 90313 (全局错误码); the codes 8466xx as the vendor's own plug-in names them
 * (WecomTeam/wecom-openclaw-plugin). Codes that nobody knows are for a person to look at.
 */
const botErrors: ErrorTable = {
  [-1]: { retry: 'later', waitMs: 2000, note: 'WeCom is busy' },
  6000: { retry: 'later', waitMs: 1000, note: 'somebody else changed the same data' },
  40001: { retry: 'never', note: '请检查 Bot ID 和 Secret' },
  40008: { retry: 'never', note: 'the message type is not one that robots may send' },
  40058: { retry: 'never', note: 'WeCom refuses the content of the message' },
  42045: { retry: 'never', note: 'the card leads nowhere (card_action)' },
  45009: { retry: 'later', waitMs: minute, note: 'too many calls; closed for a minute' },
  45033: { retry: 'later', waitMs: 5000, note: 'too many calls at the same time' },
  93006: { retry: 'never', note: '没有这个会话，或成员还没有和机器人说过话' },
  846605: { retry: 'never', note: 'the frame that is answered is unknown or was answered' },
  846607: { retry: 'later', waitMs: minute, note: '会话每分钟 30 条、每小时 1000 条的上限' },
  846608: { retry: 'never', note: 'the frame that is answered is too old' },
}

/** A refusal by error code. */
export function refusedBy(code: number, said: string): DeliveryError {
  const rule = botErrors[code]
  const note = rule ? ` (${rule.note})` : ''
  return new DeliveryError(rule?.retry ?? 'never', String(code), `${said.slice(0, 500)}${note}`, rule?.waitMs)
}

/** What a frame that was not taken means: an answer with an error code, or none at all. */
export function sendFailure(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  if (typeof error === 'object' && error !== null && 'errcode' in error) {
    const { errcode, errmsg } = error as { errcode?: unknown; errmsg?: unknown }
    return refusedBy(Number(errcode), String(errmsg ?? ''))
  }
  const text = error instanceof Error ? error.message : String(error)
  // The client's words for a frame that never left.
  if (text.includes('not connected')) return new DeliveryError('later', 'not_connected', text, 5000)
  return new DeliveryError('unknown', 'no_answer', text)
}
