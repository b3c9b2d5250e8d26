import type { Command, Query } from '../access/command.ts'
import { calendarCommands, calendarQueries } from './commands/calendar.ts'
import { groupCommands, groupQueries } from './commands/group.ts'
import { identityCommands, identityQueries } from './commands/identity.ts'
import { regionCommands, regionQueries } from './commands/region.ts'
import { staffCommands, staffQueries } from './commands/staff.ts'

export {
  addBusinessTime,
  type BusinessCalendar,
  businessTimeBetween,
  type DayOverride,
  isBusinessTime,
  type MissingYear,
  missingYears,
  parseCalendar,
  type Span,
} from './calendar.ts'
export { calledBy } from './called.ts'
export { groupMembers } from './commands/group.ts'
export { regionMembers } from './commands/region.ts'
export {
  hotlinesSchema,
  makeSettingCommands,
  makeSettingQueries,
  type SettingSchemas,
} from './commands/setting.ts'
export { staffMembers } from './commands/staff.ts'
export { isOpen, type LocalTime, localTime, offsetMs } from './hours.ts'
export {
  langOf,
  readLinkCode,
  redeemLinkCode,
  type StaffPerson,
  staffBehind,
} from './identities.ts'
export {
  chainOf,
  findRegions,
  finestFit,
  fits,
  type Region,
  type RegionFit,
  type RegionLevel,
  regionByCode,
  regionLevels,
  type SiteRegion,
  siteChain,
} from './regions.ts'
export { businessDay } from './today.ts'

/** Commands of this room. */
export const commands: readonly Command[] = [
  ...staffCommands,
  ...identityCommands,
  ...groupCommands,
  ...regionCommands,
  ...calendarCommands,
]
/** Queries of this room. */
export const queries: readonly Query[] = [
  ...staffQueries,
  ...identityQueries,
  ...groupQueries,
  ...regionQueries,
  ...calendarQueries,
]
