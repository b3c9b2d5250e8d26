import type { Capabilities } from '../../src/contract/channel.ts'
import { callbackBytes } from '../_kit/wechat-xml.ts'

const minute = 60_000
const hour = 60 * minute

/** What the vendor allows (developer.work.weixin.qq.com documents 94670, 94677, 95122). */
export const limits = {
  /** Longest text, bytes of UTF-8. */
  textBytes: 2048,
  /** Menu message: items, bytes of the head, of an item's id, of an item's words, of a link's words and of its address. */
  menuItems: 10,
  menuHeadBytes: 1024,
  menuIdBytes: 64,
  menuWordsBytes: 128,
  /** Rows of one `sync_msg`. */
  page: 1000,
  /** How long a callback's token lifts the strict rate of `sync_msg`, ms. */
  syncTokenMs: 10 * minute,
  /** How long a welcome code works, ms; a margin for the way there is taken off. */
  welcomeMs: 18_000,
  /** Customers asked for at once. */
  customers: 100,
  /** How long a request may be on its way before it counts as captured, ms; the vendor repeats within 15 s. */
  toleranceMs: 10 * minute,
  replyWindow: { windowMs: 48 * hour, messages: 5 },
} as const

export const capabilities: Capabilities = {
  maxTextLength: limits.textBytes,
  cards: 'text',
  attachments: true,
  ackBudgetMs: 5000,
  redeliveryHorizonMs: 15_000,
  replyWindow: limits.replyWindow,
  idempotentSend: 'key',
  settleMs: 8000,
  maxRequestBytes: callbackBytes,
}
