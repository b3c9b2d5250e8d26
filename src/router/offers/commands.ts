import { z } from 'zod'
import type { Permission } from '../../access/can.ts'
import {
  type Command,
  type CommandContext,
  defineCommand,
  defineQuery,
  type Query,
} from '../../access/command.ts'
import { optionalText } from '../../contract/text.ts'
import { ok, type Result } from '../../kernel/result.ts'
import { type Answered, acceptOffer, rejectOffer, rescindOffer } from './answer.ts'
import type { OfferPorts } from './card.ts'
import { offerMachine } from './offer.ts'

const desk = ['supervisor', 'dispatcher', 'agent'] as const

/** Who may do what with offers; engineers, by role or card, only with their own. */
export const offerPermissions = {
  answer: { roles: [...desk, 'engineer'], also: ['card'] },
  rescind: { roles: [...desk] },
} as const satisfies Record<string, Permission>

const one = { offerId: z.uuid() }
const reason = optionalText(500).default(null)
const changed = z.object({ offerId: z.string(), status: z.enum(offerMachine.states), version: z.int() })

function done(answered: Result<Answered>) {
  if (!answered.ok) return answered
  const { offer, effects } = answered.value
  return ok({ value: { offerId: offer.id, status: offer.status, version: offer.version }, ...effects })
}

const causeOf = ({ actor, nowMs, commandId }: CommandContext) => ({ actor, nowMs, causeId: commandId })

/** `offer.accept`, `offer.reject` and `offer.rescind`: for engineers, and for a dispatcher who has them on the phone. */
export function makeOfferCommands(ports: OfferPorts): Command[] {
  return [
    defineCommand(
      {
        name: 'offer.accept',
        title: "Accepts an offer in the engineer's name: the ticket is theirs",
        permission: offerPermissions.answer,
        input: z.object(one),
        output: changed,
      },
      async (ctx, { offerId }) => done(await acceptOffer(ctx.tx, offerId, causeOf(ctx), ports)),
    ),
    defineCommand(
      {
        name: 'offer.reject',
        title: "Turns an offer down in the engineer's name: the next one is asked",
        permission: offerPermissions.answer,
        input: z.object({ ...one, reason }),
        output: changed,
      },
      async (ctx, input) => done(await rejectOffer(ctx.tx, input.offerId, input.reason, causeOf(ctx), ports)),
    ),
    defineCommand(
      {
        name: 'offer.rescind',
        title: 'Takes an offer back; nobody else is asked by itself',
        permission: offerPermissions.rescind,
        input: z.object({ ...one, reason }),
        output: changed,
      },
      async (ctx, input) =>
        done(await rescindOffer(ctx.tx, input.offerId, input.reason, causeOf(ctx), ports)),
    ),
  ]
}

const offer = z.object({
  id: z.string(),
  ticketId: z.string(),
  staffId: z.string(),
  engineer: z.string(),
  status: z.enum(offerMachine.states),
  version: z.int(),
  createdAt: z.string(),
  expiresAt: z.string(),
  endedAt: z.string().nullable(),
  reason: z.string().nullable(),
})

const list = defineQuery(
  {
    name: 'offer.list',
    title: 'Offers of a ticket or to an engineer, newest first',
    permission: { roles: [...desk, 'auditor'], scopes: ['tickets:read'] },
    input: z.object({
      ticketId: z.uuid().optional(),
      staffId: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({ offers: z.array(offer) }),
  },
  async ({ db }, { ticketId, staffId, limit }) => {
    const rows = await db
      .selectFrom('offer as o')
      .innerJoin('staff as s', 's.id', 'o.staffId')
      .selectAll('o')
      .select('s.name as engineer')
      .$if(ticketId !== undefined, (q) => q.where('o.ticketId', '=', ticketId!))
      .$if(staffId !== undefined, (q) => q.where('o.staffId', '=', staffId!))
      .orderBy('o.createdAt', 'desc')
      .orderBy('o.id')
      .limit(limit)
      .execute()
    return ok({
      offers: rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
      })),
    })
  },
)

export const offerQueries: readonly Query[] = [list]
