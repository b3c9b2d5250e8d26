import type { Command, Query } from '../access/command.ts'
import { deviceCommands, deviceQueries } from './commands/device.ts'
import { productCommands, productQueries } from './commands/product.ts'
import { siteCommands, siteQueries } from './commands/site.ts'
import { tagCommands, tagQueries } from './commands/tags.ts'

export { readCatalogue } from './catalogue.ts'
export { deviceMembers } from './commands/device.ts'
export { addressSchema, completedAddress } from './commands/place.ts'
export { type EntryCode, keepEntryCode, readEntryCodes } from './entry-code.ts'
export { type LabelPorts, makeLabelCommands, makeLabelQueries } from './label.ts'
export { type Linked, maskedAddress, openRequests, readLinked } from './linked.ts'
export { tagTree } from './tag-tree.ts'

/** Commands of this room. */
export const commands: readonly Command[] = [
  ...productCommands,
  ...deviceCommands,
  ...siteCommands,
  ...tagCommands,
]
/** Queries of this room. */
export const queries: readonly Query[] = [...productQueries, ...deviceQueries, ...siteQueries, ...tagQueries]
