import { finestFit } from '../../directory/index.ts'
import type { GroupFilter } from '../context.ts'

/** One of the group's regions covers the site: the site's own division or any above it. */
export const region: GroupFilter = (group, { input, chain }) => {
  const { province, city, district } = input.ticket.region
  return {
    ok: finestFit(group.regions, input.ticket.region, chain) !== null,
    needed: { province, city, district, adcode: chain[0] ?? null },
    found: [...group.regions],
  }
}
