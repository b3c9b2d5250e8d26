import { z } from 'zod'
import type { Capabilities } from './channel.ts'

/** What the hub may say by itself on a channel account, besides its notices about tickets. */
export const automaticTurns = ['question', 'state', 'knowledge'] as const
export type AutomaticTurn = (typeof automaticTurns)[number]

/** The switches of an account as they are stored; what is not named is as the kind of channel has it. */
export const automaticSchema = z.strictObject({
  /** Asks for a missing phone number or address before the ticket opens. */
  question: z.boolean().optional(),
  /** Answers "where is the engineer?" from the ticket, and acknowledges whoever presses or asks to cancel. */
  state: z.boolean().optional(),
  /** Answers a question by quoting an article. */
  knowledge: z.boolean().optional(),
})

export type Automatic = Readonly<Record<AutomaticTurn, boolean>>

type Talk = Pick<Capabilities, 'settleMs' | 'takesReplies' | 'replyWindow'>

/** Whether somebody can be answered and can answer there: not by a form, nor in a call that was reported. Pure. */
export function canTalk({ takesReplies = true, replyWindow }: Talk): boolean {
  return takesReplies && replyWindow?.messages !== 0
}

/** Where people write back and forth within moments; letters and programs are worked on as tickets. Pure. */
export function isChat(capabilities: Talk): boolean {
  return capabilities.settleMs > 0 && canTalk(capabilities)
}

/**
 * What an account does where nobody switched anything. In a chat the customer still holds the phone: a question costs them a
 * moment. A letter is read later, so that its ticket would wait in vain. Articles have to be written first. Pure.
 */
export function automaticDefaults(capabilities: Talk): Automatic {
  const chat = isChat(capabilities)
  return { question: chat, state: chat, knowledge: false }
}

/** What an account does: its switches over the defaults of its kind, and nothing where nobody can answer. Pure. */
export function automaticOf(capabilities: Talk, stored: unknown): Automatic {
  if (!canTalk(capabilities)) return { question: false, state: false, knowledge: false }
  const parsed = automaticSchema.safeParse(stored ?? {})
  const chosen = parsed.success ? parsed.data : {}
  const usual = automaticDefaults(capabilities)
  return {
    question: chosen.question ?? usual.question,
    state: chosen.state ?? usual.state,
    knowledge: chosen.knowledge ?? usual.knowledge,
  }
}
