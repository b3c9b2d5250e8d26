import { systemActor } from '../../contract/actor.ts'
import { defineHandler, type JobHandler } from '../../queue/index.ts'
import { expireOffer, settleOffers } from './answer.ts'
import type { OfferPorts } from './card.ts'
import { tellEngineer, tellOfPressing } from './tell.ts'

/** Handlers of `offer.expire`, `offer.settle` and `engineer.inform`. */
export function makeOfferHandlers(ports: OfferPorts): JobHandler[] {
  const causeOf = (job: { id: string; kind: string }, nowMs: number) => ({
    actor: systemActor(job.kind),
    nowMs,
    causeId: job.id,
  })
  return [
    defineHandler({
      kind: 'offer.expire',
      prepare: async () => null,
      commit: (tx, _prepared, job, ctx) =>
        expireOffer(tx, job.payload.offerId, causeOf(job, ctx.nowMs), ports),
    }),
    defineHandler({
      kind: 'offer.settle',
      prepare: async () => null,
      commit: (tx, _prepared, job, ctx) =>
        settleOffers(tx, job.payload.ticketId, causeOf(job, ctx.nowMs), ports),
    }),
    defineHandler({
      kind: 'engineer.inform',
      prepare: async () => null,
      commit: (tx, _prepared, { payload }, ctx) => {
        const tell = payload.about === 'expedited' ? tellOfPressing : tellEngineer
        return tell(tx, payload.ticketId, ports, ctx.nowMs)
      },
    }),
  ]
}
