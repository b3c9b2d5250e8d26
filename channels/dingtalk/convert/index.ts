import type { RobotMessage } from '../message.ts'
import type { Convert, Converted } from './converted.ts'
import { audio, file, picture, video } from './media.ts'
import { richText } from './rich-text.ts'
import { text } from './text.ts'

const converters: Readonly<Record<string, Convert>> = { text, richText, picture, audio, video, file }

/** What a message to the robot says; a placeholder when its type is unknown. */
export function convert(message: RobotMessage): Converted {
  const known = Object.hasOwn(converters, message.msgtype) ? converters[message.msgtype] : undefined
  return known?.(message) ?? { kind: 'unsupported', text: '', attachments: [], unsupported: message.msgtype }
}
