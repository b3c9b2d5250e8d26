import type { RobotMessage } from '../message.ts'
import type { Converted } from './converted.ts'

/** A text. In groups the names of those who are called by @ stand before it: they are taken off. */
export function text(message: RobotMessage): Converted {
  const said = typeof message.text.content === 'string' ? message.text.content : ''
  return { kind: 'text', ...withoutMentions(said, message), attachments: [] }
}

/** The text without the mentions at its beginning; the whole of it besides when there were some. */
export function withoutMentions(said: string, message: RobotMessage): { text: string; fullText?: string } {
  const whole = said.trim()
  if (message.conversationType !== '2') return { text: whole }
  let rest = whole
  // The robot's own name is taken off by DingTalk, or not, by client version: one more than are listed may stand there.
  for (let i = 0; i <= message.atUsers.length; i++) {
    const mention = /^@[^\s@]{1,64}(?:[\s\u2005\u00a0]+|$)/.exec(rest)
    if (!mention) break
    rest = rest.slice(mention[0].length)
  }
  return rest === whole ? { text: whole } : { text: rest.trim(), fullText: whole }
}
