const hour = 3_600_000

/** The vendor's limits, each with its document on open.feishu.cn. Sizes in bytes, times in ms. */
export const limits = {
  /** Body of a text message: "reference/im-v1/message/create". */
  textBytes: 150_000,
  /** Body of a card or a rich text: the same page. */
  cardBytes: 30_000,
  /** Longest text of one message, code points; ours, so that any text stays under `textBytes`. */
  textLength: 10_000,
  /** "reference/im-v1/image/create". */
  imageBytes: 10_000_000,
  /** "reference/im-v1/file/create". */
  fileBytes: 30_000_000,
  /** "reference/im-v1/message-resource/get". */
  resourceBytes: 100_000_000,
  /** `uuid` of a message: 50 characters, remembered for an hour; "reference/im-v1/message/create". */
  uuidLength: 50,
  uuidWindowMs: hour,
  /** Deliveries and card callbacks want their answer in 3 s; "event-subscription-guide/overview". */
  ackMs: 3000,
  /** Delivered again after 15 s, 5 min, 1 h and 6 h: the last one 7.1 h after the first; the same page. */
  redeliveryMs: 8 * hour,
  /** Largest delivery that we take; an encrypted text of 150 kB is about 210 kB. */
  requestBytes: 1_000_000,
  /** How long a call may take; ours, the official client has no limit. */
  callMs: 10_000,
  /** How long an upload or a download may take; ours. */
  transferMs: 60_000,
  /** Messages of a merged forward that are read; ours. */
  forwardedMessages: 100,
} as const
