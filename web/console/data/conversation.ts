import { useQuery } from '@tanstack/react-query'
import { ask } from '../../ui/api.ts'

/** A file of a message. */
export interface AttachmentView {
  readonly id: string
  readonly name: string
  readonly contentType: string | null
  readonly size: number | null
  readonly state: 'stored' | 'pending' | 'refused'
  readonly reason: string | null
  readonly inline: boolean
}

/** What a model made of a message for readers of another language. */
export interface TranslationView {
  readonly id: string
  readonly lang: string
  readonly state: 'pending' | 'done' | 'refused'
  readonly text: string | null
  /** The message speaks to a machine. */
  readonly cautious: boolean
  readonly problem: { readonly code: string; readonly zh: string; readonly en: string } | null
  readonly model: string | null
}

/** One message of the thread. */
export interface MessageView {
  readonly id: string
  readonly conversationId: string
  readonly direction: 'in' | 'out' | 'note'
  readonly author: 'customer' | 'agent' | 'system'
  readonly authorName: string | null
  /** What made the hub say it by itself; null for people's words. */
  readonly rule: string | null
  readonly kind: string
  readonly text: string
  readonly fullText: string | null
  readonly hasHtml: boolean
  readonly subject: string | null
  readonly form: Readonly<Record<string, unknown>> | null
  readonly location: {
    readonly lat: number
    readonly lng: number
    readonly label?: string
    readonly crs?: 'wgs84' | 'gcj02'
    readonly accuracyM?: number
  } | null
  readonly automatic: string | null
  readonly unsupported: string | null
  readonly delivery: 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown' | null
  readonly deliveryError: string | null
  readonly at: string
  readonly attachments: readonly AttachmentView[]
  /** The language of `text`; null where it is not sure. */
  readonly lang: string | null
  readonly translations: readonly TranslationView[]
  /** What the agent wrote, where `text` is a translation of it. */
  readonly written: { readonly text: string; readonly lang: string | null; readonly changed: boolean } | null
}

/** A conversation of a ticket, and whether it can be answered. */
export interface ConversationView {
  readonly id: string
  readonly channel: string
  readonly accountName: string
  readonly subject: string | null
  readonly state: 'open' | 'closed'
  readonly windowUntil: string | null
  readonly windowLeft: number | null
  readonly waitingSince: string | null
  readonly canReply: boolean
  /** When its messages were erased with the customer's data. */
  readonly erasedAt: string | null
}

/** A customer as one channel knows them. */
export interface Identity {
  readonly channel: string
  readonly externalId: string
  readonly displayName: string | null
}

/** All conversations of a ticket as one thread, oldest message first. */
export interface Thread {
  /** The customer as each channel knows them. */
  readonly identities: readonly Identity[]
  readonly conversations: readonly ConversationView[]
  readonly messages: readonly MessageView[]
}

/** The thread of a ticket. */
export function useThread(ticketId: string) {
  return useQuery({
    queryKey: ['ticket-conversation', ticketId],
    queryFn: ({ signal }) => ask<Thread>('conversation.ofTicket', { ticketId }, signal),
  })
}

/** One conversation by itself, with the tickets that came of it, newest first. */
export function useConversation(id: string) {
  return useQuery({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) =>
      ask<Thread & { readonly ticketIds: readonly string[] }>('conversation.get', { id }, signal),
  })
}
