import type { Capabilities } from '../../src/contract/channel.ts'
import { callbackBytes } from '../_kit/wechat-xml.ts'

const second = 1000
const minute = 60 * second

/** What WeCom allows an application, with the document that says so (developer.work.weixin.qq.com/document/path/…). */
export const limits = {
  /** 90236: bytes of a text message; the rest would be cut off. */
  textBytes: 2048,
  /** 90930: our answer to a callback, ms; then it comes again, three times. */
  answerMs: 5 * second,
  /** 90930: the last of the three repeats is due after this, ms. */
  redeliveryMs: 3 * 5 * second,
  /** How far the signed time of a callback may lie from ours, ms; ours to say. */
  callbackAgeMs: 15 * minute,
  /** 90236: how long a repeat of the same request is dropped (`duplicate_check_interval`, at most 4 h), seconds. */
  duplicateSeconds: 30 * 60,
  /** 94888: how long a response code is good, ms; it is good once. */
  responseCodeMs: 72 * 60 * minute,
  /** 90454: messages of an application to one member, each minute and each hour. What is above is dropped, and the answer says ok. */
  memberMessages: { minute: 30, hour: 1000 },
} as const

/** What the hub may expect of this channel. */
export const capabilities: Capabilities = {
  maxTextLength: limits.textBytes,
  cards: 'native',
  attachments: true,
  ackBudgetMs: limits.answerMs,
  redeliveryHorizonMs: limits.redeliveryMs,
  replyWindow: null,
  idempotentSend: 'window',
  // A little less than the vendor's, so that no repeat comes after it.
  idempotencyWindowMs: (limits.duplicateSeconds - 60) * second,
  settleMs: 8000,
  maxRequestBytes: callbackBytes,
}
