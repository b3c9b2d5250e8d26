import type { Capabilities } from '../../src/contract/channel.ts'
import { callbackBytes } from '../_kit/wechat-xml.ts'

const minute = 60_000
const hour = 60 * minute

/**
 * What the vendor allows (developers.weixin.qq.com: Receiving standard messages, Customer Service Messages, Add Temporary Materials;
 * customer messages 5 in 48 hours since June 2023).
 */
export const limits = {
  /** Longest text of a customer-service message, bytes of UTF-8. */
  textBytes: 2048,
  /** Menu message: items, and characters of the head. */
  menuItems: 10,
  /** How long a request may be on its way before it counts as captured, ms; the vendor repeats within 15 s. */
  toleranceMs: 10 * minute,
  /** After a message of the customer. */
  replyWindow: { windowMs: 48 * hour, messages: 5 },
  /** After a click on the menu, a subscription or a scanned code. */
  eventWindow: { windowMs: minute, messages: 3 },
  /** `thing` fields of a template message, code points. */
  templateThing: 20,
  /** Other text of a template message, code points. */
  templateText: 32,
  /** How long a temporary QR code works, s: the vendor's longest, 30 days (its default is 30 s). Permanent ones are 100,000 at most. */
  codeSeconds: 2_592_000,
  /** A forced new access token: 20 a day, 30 s apart; once in this time at most, ms. */
  forcedTokenMs: 75 * minute,
  upload: { image: 10_000_000, voice: 2_000_000, video: 10_000_000 },
} as const

export const capabilities: Capabilities = {
  maxTextLength: limits.textBytes,
  cards: 'text',
  attachments: true,
  ackBudgetMs: 5000,
  redeliveryHorizonMs: 15_000,
  replyWindow: limits.replyWindow,
  idempotentSend: 'none',
  settleMs: 8000,
  maxRequestBytes: callbackBytes,
}
