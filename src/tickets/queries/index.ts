import type { Query } from '../../access/command.ts'
import { typeQueries } from '../commands/type.ts'
import { savedFilters } from './filters.ts'
import { getTicket } from './get.ts'
import { ticketLikeness } from './likeness.ts'
import { countTags, countTickets, listTickets } from './list.ts'
import { makePrefill, type PrefillPorts } from './prefill.ts'
import { ticketProgress } from './progress.ts'

/** Everything that can be asked about tickets; `ticket.prefill` reads with what app passes in. */
export function makeTicketQueries(ports: PrefillPorts): readonly Query[] {
  return [
    listTickets,
    countTickets,
    countTags,
    getTicket,
    ticketLikeness,
    ticketProgress,
    savedFilters,
    ...typeQueries,
    makePrefill(ports),
  ]
}
