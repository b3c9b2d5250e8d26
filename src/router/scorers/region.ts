import { finestFit, regionLevels } from '../../directory/index.ts'
import type { GroupScorer } from '../context.ts'

/** 0 for the district of the site, 1 its city, 2 its province, 3 the country, 4 when nothing fits. */
export const region: GroupScorer = (group, { input, chain }) => {
  const fit = finestFit(group.regions, input.ticket.region, chain)
  return fit ? regionLevels.indexOf(fit.level) : regionLevels.length
}
