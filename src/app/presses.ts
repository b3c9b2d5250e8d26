import { z } from 'zod'
import type { Actor } from '../contract/actor.ts'
import type { ActionAnswer } from '../contract/channel.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import type { ActionEnvelope } from '../contract/message.ts'
import { staffBehind } from '../directory/index.ts'
import type { JsonObject } from '../kernel/json.ts'
import { enqueueToPerson, noteCardHandle } from '../outbox/index.ts'
import type { Tx } from '../store/index.ts'
import type { ActionRunner, Handled } from './appender.ts'

/** A button that somebody of the staff pressed. */
export interface Press {
  readonly actor: Extract<Actor, { kind: 'card' }>
  readonly lang: 'zh' | 'en'
  readonly cardId: string
  readonly key: string
  readonly nowMs: number
  /** The envelope of the press. */
  readonly causeId: string
}

/** Does what a button stands for, and says what came of it; null for a button that it does not know. */
export type PressHandler = (
  tx: Tx,
  press: Press,
) => Promise<{ readonly effects: Effects; readonly answer: ActionAnswer } | null>

const pressArgs = z.object({
  cardId: z.string().min(1).max(64),
  key: z.string().min(1).max(200),
  handle: z.record(z.string(), z.json()).optional(),
})

const words = {
  unknown: {
    zh: '这张卡片的按钮已经不能用了。',
    en: 'The buttons of this card do not work any more.',
  },
  stranger: {
    zh: '你的账号还没有绑定员工。请在控制台生成绑定码，然后发给我：绑定 工号-绑定码',
    en: 'Your account is not linked to anybody of the staff. Make a code in the console and send it to me: bind number-code',
  },
} as const

/**
 * The action `card.press`: who pressed is known by the vendor's signed id; `handlers` are asked by the first part of the button's
 * key (`offer.accept` by `offer`).
 */
export function cardPress(handlers: Readonly<Record<string, PressHandler>>): ActionRunner {
  return async (tx, { account, envelope, envelopeId, nowMs }) => {
    const from = { accountId: account.id, externalId: envelope.identity.externalId }
    const no = (text: string) => ({ effects: noEffects, answer: { tone: 'error' as const, text } })
    const args = pressArgs.safeParse(envelope.action.args)
    if (!args.success) return no(words.unknown.zh)
    const { cardId, key, handle } = args.data
    if (handle) await noteCardHandle(tx, { ...from, cardId, handle: handle as JsonObject })
    const person = await staffBehind(tx, from)
    if (!person) return no(words.stranger.zh)
    const { staffId, lang } = person
    const actor = { kind: 'card' as const, id: from.externalId, staffId }
    const handler = handlers[key.split('.')[0]!]
    const done = await handler?.(tx, { actor, lang, cardId, key, nowMs, causeId: envelopeId })
    return done ?? no(words.unknown[lang])
  }
}

/** An answer that came too late for the vendor's acknowledgement: the card changes, or words say it. */
export async function followUp(
  tx: Tx,
  { account, envelope, envelopeId, nowMs }: Handled<ActionEnvelope>,
  { text, card }: ActionAnswer,
): Promise<Effects> {
  const { effects } = await enqueueToPerson(
    tx,
    {
      idempotencyKey: `answer:${envelopeId}`,
      accountId: account.id,
      externalId: envelope.identity.externalId,
      text,
      ...(card ? { card, unseen: 'drop' as const } : {}),
    },
    nowMs,
  )
  return effects
}
