import type { TicketFieldMap } from '../contract/extraction.ts'
import { causeOf } from './cause.ts'

/** What a ticket could be grouped by; nothing is looked up for one that has neither. A small fact in the events of a ticket. */
export interface Grouping {
  /** It tells of a fault that an area shares, as far as can be seen here. */
  readonly shared: boolean
  /** Its device can be told from others, so that another ticket can be about the same one. */
  readonly device: boolean
}

/**
 * What of a ticket lets it be found to be one with others. Without a number on the device the customer must wait for another ticket
 * (`waits`). `words` is what the customer said. Pure.
 */
export function grouping(
  fields: TicketFieldMap,
  row: {
    readonly deviceId: string | null
    readonly serialNumber: string | null
    readonly contactId: string | null
    readonly deviceModel: string | null
    readonly productCategory: string | null
  },
  { waits = true, words = '' }: { readonly waits?: boolean; readonly words?: string } = {},
): Grouping {
  const numbered = row.deviceId !== null || row.serialNumber !== null
  const described = row.contactId !== null && (row.deviceModel ?? row.productCategory) !== null
  return { shared: causeOf(fields, words) !== null, device: numbered || (described && waits) }
}
