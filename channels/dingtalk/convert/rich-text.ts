import type { InboundAttachment } from '../../../src/contract/message.ts'
import { contentOf, type RobotMessage } from '../message.ts'
import { type Converted, fileOf } from './converted.ts'
import { withoutMentions } from './text.ts'

/** Text and pictures in the order in which they were written. */
export function richText(message: RobotMessage): Converted {
  const { richText: items } = contentOf(message)
  let said = ''
  const attachments: InboundAttachment[] = []
  for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
    if (typeof item !== 'object' || item === null) continue
    const { text, downloadCode, pictureDownloadCode } = item as Record<string, unknown>
    if (typeof text === 'string') said += text
    const name = `image-${attachments.length + 1}.jpg`
    attachments.push(...fileOf(message, downloadCode ?? pictureDownloadCode, name, 'image/jpeg'))
  }
  const kind = said.trim() === '' && attachments.length > 0 ? 'image' : 'text'
  return { kind, ...withoutMentions(said, message), attachments }
}
