import { z } from 'zod'
import { risks } from '../contract/labels.ts'
import { intents, ticketStatuses, urgencies } from '../contract/ticket.ts'

const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(20)

/** What the ticket list is narrowed to; absent members do not narrow. Also what a saved filter keeps. */
export const filterSchema = z.object({
  status: some(z.enum(ticketStatuses)).optional(),
  /** Group ids; `none` for tickets without a group. */
  group: some(z.union([z.uuid(), z.literal('none')])).optional(),
  /** Staff ids; `me` for the actor's own, `none` for unassigned ones. */
  assignee: some(z.union([z.uuid(), z.literal('me'), z.literal('none')])).optional(),
  urgency: some(z.enum(urgencies)).optional(),
  channel: some(z.string().min(1).max(40)).optional(),
  intent: some(z.enum(intents)).optional(),
  /** Paths of tags; a ticket with a finer one has them as well. */
  tag: some(z.string().min(1).max(200)).optional(),
  risk: some(z.enum(risks)).optional(),
  contactId: z.uuid().optional(),
  deviceId: z.uuid().optional(),
  conversationId: z.uuid().optional(),
  parentId: z.uuid().optional(),
  /** Chinese words, parts of phone, serial, order and ticket numbers. */
  q: z.string().max(200).optional(),
  createdFromMs: z.int().min(0).optional(),
  createdToMs: z.int().min(0).optional(),
  /** `soon`: a promise runs out within the hour; `late`: one is broken and not kept yet. */
  sla: z.enum(['soon', 'late']).optional(),
  expedited: z.boolean().optional(),
  /** Whether its customer waits to hear that it is cancelled. */
  cancelAsked: z.boolean().optional(),
})
export type TicketFilter = z.infer<typeof filterSchema>

/** Orders of the list: newest first, last changed first, most urgent and then longest waiting first, promise that ends first. */
export const ticketSorts = ['created', 'updated', 'urgency', 'due'] as const
export type TicketSort = (typeof ticketSorts)[number]
