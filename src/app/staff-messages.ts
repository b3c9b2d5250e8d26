import { type Effects, joinEffects } from '../contract/jobs.ts'
import type { MessageEnvelope } from '../contract/message.ts'
import { readLinkCode, redeemLinkCode, staffBehind } from '../directory/index.ts'
import { enqueueToPerson } from '../outbox/index.ts'
import type { Tx } from '../store/index.ts'
import type { Handled } from './appender.ts'

/** A person who writes on and on is told what works once in this time, ms. */
const hintEveryMs = 10 * 60_000

const words = {
  linked: {
    zh: '绑定成功，{name}。派单会发到这里，请用卡片上的按钮接单或拒绝。',
    en: 'You are linked, {name}. Work is offered to you here; use the buttons of the cards.',
  },
  codeWrong: {
    zh: '绑定码不对或已过期。请在控制台重新生成，15 分钟内发到这里。',
    en: 'The code is wrong or too old. Make a new one in the console and send it here within 15 minutes.',
  },
  hint: {
    zh: '这里用来接收派单：请点卡片上的按钮。文字消息不会转给客户，也不会生成工单。',
    en: 'Work is offered to you here: use the buttons of the cards. What you write here reaches no customer and makes no ticket.',
  },
  stranger: {
    zh: '这个账号只对员工开放。请在控制台生成绑定码，然后发到这里：绑定 工号-绑定码',
    en: 'This account is for staff. Make a code in the console and send it here: bind number-code',
  },
} as const

/**
 * Takes messages of the staff before they become a customer's: a code links whoever writes it; what else linked people write is
 * kept with its envelope and answered with what works. Only where cards can be pressed, and as the account's audience says.
 */
export async function staffMessage(
  tx: Tx,
  { account, envelope, envelopeId, nowMs }: Handled<MessageEnvelope>,
): Promise<Effects | null> {
  if (account.audience === 'customers' || account.channel.capabilities.cards !== 'native') return null
  const from = { accountId: account.id, externalId: envelope.identity.externalId }
  const say = async (key: string, text: string, lang: 'zh' | 'en') => {
    const said = await enqueueToPerson(tx, { ...from, idempotencyKey: key, text, lang }, nowMs)
    return said.effects
  }
  const code = readLinkCode(envelope.message.text)
  if (code) {
    const linked = await redeemLinkCode(tx, code, from, nowMs)
    const { name, lang } = linked?.person ?? { name: '', lang: 'zh' as const }
    const text = (linked ? words.linked : words.codeWrong)[lang].replace('{name}', name)
    const told = await say(`staff-link:${envelopeId}`, text, lang)
    return joinEffects({ events: linked?.events ?? [], jobs: [] }, told)
  }
  const person = await staffBehind(tx, from)
  if (!person && account.audience === 'both') return null
  const window = Math.floor(nowMs / hintEveryMs)
  const lang = person?.lang ?? 'zh'
  const text = (person ? words.hint : words.stranger)[lang]
  return await say(`staff-hint:${from.accountId}:${from.externalId}:${window}`, text, lang)
}
