import type { InboundAttachment, MessageKind } from '../../../src/contract/message.ts'
import type { RobotMessage } from '../message.ts'

/** What a message of one type says. */
export interface Converted {
  readonly kind: MessageKind
  readonly text: string
  readonly fullText?: string
  readonly attachments: readonly InboundAttachment[]
  readonly unsupported?: string
}

/** Reads messages of one type. Pure. */
export type Convert = (message: RobotMessage) => Converted

/**
 * A file that DingTalk keeps: the code is exchanged for an address when the file is fetched, by the robot that got it
 * ("download-the-file-content-of-the-robot-receiving-message").
 */
export function fileOf(
  message: RobotMessage,
  code: unknown,
  name: string,
  contentType: string,
): InboundAttachment[] {
  if (typeof code !== 'string' || code === '') return []
  const ref = { downloadCode: code, ...(message.robotCode ? { robotCode: message.robotCode } : {}) }
  return [{ name, contentType, source: { kind: 'fetch', ref } }]
}
