import type { Capabilities } from '../../src/contract/channel.ts'

const second = 1000

/** What WeCom allows a smart robot, with the document that says so (developer.work.weixin.qq.com/document/path/…). */
export const limits = {
  /** 101031: bytes of a markdown message are 20480; the reference line needs a few of them. */
  textBytes: 20_000,
  /** 101463: a tap on a card can be answered with another card for this long, ms, and once. */
  answerMs: 5 * second,
  /** When we say 处理中 because nothing is known yet, ms after the tap; ours to say. */
  processingMs: 4700,
  /** How long signing in may take, ms; ours to say. */
  signInMs: 10 * second,
  /** How long we stay away after another connection took the robot, ms; ours to say. */
  takeoverPauseMs: 5 * 60 * second,
  /** 101463: pushes and replies together into one conversation. */
  conversationMessages: { minute: 30, hour: 1000 },
  /** 101463: a file's address is good for five minutes. Files larger than this are not fetched, bytes. */
  fileBytes: 110_000_000,
} as const

/** What the hub may expect of this channel. */
export const capabilities: Capabilities = {
  maxTextLength: limits.textBytes,
  cards: 'native',
  attachments: true,
  ackBudgetMs: limits.answerMs,
  // Every frame comes once (101027); a lost one is lost.
  redeliveryHorizonMs: 0,
  replyWindow: null,
  idempotentSend: 'none',
  settleMs: 8000,
}
