import type { Capabilities } from '../../src/contract/channel.ts'

/**
 * DingTalk's limits in one place, each with its document on open.dingtalk.com. A number without a document is ours.
 */
export const limits = {
  /** Code points of one text (ours; "robot-message-type" advises 500 characters and refuses above about 20,000 bytes). */
  textLength: 2000,
  /** Receivers of one call ("chatbots-send-one-on-one-chat-messages-in-batches"); we send to one. */
  receivers: 20,
  /** Bytes of one value of a card's `cardParamMap` ("create-and-deliver-cards"). */
  cardValueBytes: 1024,
  /** Buttons of a `sampleActionCard` ("robot-message-type"). */
  actionCardButtons: 5,
  /** Characters of such a button's title, of its address and of the message's title (same document). */
  buttonTitle: 20,
  buttonUrl: 500,
  messageTitle: 100,
  /** Largest image and largest file ("upload-media-files"), bytes. */
  mediaBytes: 20 * 1024 * 1024,
  /** Largest file that a person may send the robot and that we fetch (ours), bytes. */
  fetchBytes: 100 * 1024 * 1024,
  /** DingTalk gives up on a card callback after this ("event-callback-card"), ms. */
  cardCallbackMs: 2000,
  /** Age of a robot callback's signature ("robot-message-type"), ms. */
  signatureAgeMs: 3_600_000,
  /** Largest callback and largest frame that is read (ours), bytes. */
  requestBytes: 1024 * 1024,
  /** Wait after "QpsLimit" ("how-to-process-api-throttling-on-the-dingtalk-server"), ms. */
  qpsWaitMs: 1000,
  /** Wait after the address was banned for more than 10,000 calls in 20 s (same document), ms. */
  bannedWaitMs: 5 * 60_000,
  /** Wait when a person or group got too many messages (ours: the documents name none), ms. */
  crowdedWaitMs: 60_000,
} as const

export const capabilities: Capabilities = {
  maxTextLength: limits.textLength,
  cards: 'native',
  attachments: true,
  ackBudgetMs: limits.cardCallbackMs,
  // Callbacks are pushed again for 60 s when they are not answered, events longer; the documents name no end.
  redeliveryHorizonMs: 24 * 3_600_000,
  replyWindow: null,
  // Robot messages know no key. Cards do (outTrackId): a repeat of those is refused as param.cardAlreadyExist.
  idempotentSend: 'none',
  settleMs: 8000,
  maxRequestBytes: limits.requestBytes,
}
