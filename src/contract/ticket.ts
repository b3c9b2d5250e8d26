/** The words of DESIGN section 5: what a ticket's structured part holds. */
export const intents = [
  'repair',
  'installation',
  'maintenance',
  'complaint',
  'inquiry',
  'return_refund',
  'urgent_safety',
  'billing',
  'feature_request',
  'bug_report',
] as const
export type Intent = (typeof intents)[number]
export const urgencies = ['low', 'normal', 'high', 'critical'] as const
export type Urgency = (typeof urgencies)[number]
export const sentiments = ['positive', 'neutral', 'negative', 'angry'] as const
export type Sentiment = (typeof sentiments)[number]

export interface Address {
  readonly province: string | null
  readonly city: string | null
  readonly district: string | null
  /** Street, number, compound, building, unit, room; digits in Arabic. */
  readonly detail: string | null
  /** Six-digit division code of the finest level known. */
  readonly adcode: string | null
}

/** ISO 8601 with offset; a point or "after X" has only a start, "before X" only an end. */
export interface Appointment {
  readonly start: string | null
  readonly end: string | null
}

/** The standard fields. Custom fields of a ticket type's form come besides, by name. */
export interface TicketFields {
  readonly contact_name: string
  readonly phone: string
  readonly address: Address
  readonly product_category: string
  readonly device_model: string
  readonly serial_number: string
  readonly order_number: string
  readonly fault_description: string
  readonly appointment: Appointment
  readonly intent: Intent
  readonly sentiment: Sentiment
  readonly urgency: Urgency
  readonly is_repeat_contact: boolean
  readonly summary: string
}
export type FieldName = keyof TicketFields

/** A ticket's life. `open` is unassigned; the pool holds open tickets of a group. */
export const ticketStatuses = [
  'open',
  'assigned',
  'in_progress',
  'on_hold',
  'resolved',
  'closed',
  'cancelled',
  'merged',
] as const
export type TicketStatus = (typeof ticketStatuses)[number]
