import { can, forbid } from '../../access/can.ts'
import type { Actor } from '../../contract/actor.ts'
import type { ActionAnswer } from '../../contract/channel.ts'
import { type Effects, noEffects } from '../../contract/jobs.ts'
import { sentence } from '../../kernel/sentence.ts'
import type { Tx } from '../../store/index.ts'
import { acceptOffer, rejectOffer } from './answer.ts'
import { type OfferPorts, offerCard, readCardTicket, stateOf } from './card.ts'
import { offerPermissions } from './commands.ts'
import { readOffer } from './offer.ts'

/** A button of an offer's card, and who pressed it. */
interface Pressed {
  readonly actor: Extract<Actor, { kind: 'card' }>
  readonly lang: 'zh' | 'en'
  readonly cardId: string
  readonly key: string
  readonly nowMs: number
  readonly causeId: string
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Buttons of offers: `offer.accept` and `offer.reject`. Null for any other. Whatever comes of it, the answer shows the card as it is now. */
export function makeOfferPress(ports: OfferPorts) {
  return async (
    tx: Tx,
    press: Pressed,
  ): Promise<{ readonly effects: Effects; readonly answer: ActionAnswer } | null> => {
    const { actor, lang, cardId, key, nowMs } = press
    if ((key !== 'offer.accept' && key !== 'offer.reject') || !uuid.test(cardId)) return null
    const cause = { actor, nowMs, causeId: press.causeId }
    const done = !can(actor, offerPermissions.answer)
      ? forbid(key)
      : key === 'offer.accept'
        ? await acceptOffer(tx, cardId, cause, ports, true)
        : await rejectOffer(tx, cardId, null, cause, ports, true)
    if (!done.ok && done.refusal.code !== 'offer.ended') {
      return { effects: noEffects, answer: { tone: 'error', text: sentence(done.refusal, lang) } }
    }
    const offer = (await readOffer(tx, cardId))!
    const ticket = await readCardTicket(tx, offer.ticketId)
    const card = offerCard(offer, ticket, ports, lang, nowMs)
    const state = card.state ?? stateOf({ ...offer, status: 'rescinded' }, ticket.assignee, lang, nowMs)!
    const shown = { ...card, state, buttons: card.buttons.filter(({ url }) => url !== undefined) }
    return {
      effects: done.ok ? done.value.effects : noEffects,
      answer: { tone: done.ok ? 'success' : 'warning', text: state.text, card: shown },
    }
  }
}
