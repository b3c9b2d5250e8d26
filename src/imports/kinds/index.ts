import type { ImportKind } from '../kind.ts'
import { customerKind } from './customer.ts'
import { deviceKind } from './device.ts'
import { groupKind } from './group.ts'
import { regionKind } from './region.ts'
import { staffKind } from './staff.ts'

/** Lists that can be imported, by their kind. */
export const importKinds = {
  staff: staffKind,
  groups: groupKind,
  regions: regionKind,
  devices: deviceKind,
  customers: customerKind,
} as const satisfies Record<string, ImportKind>

/** Names of the lists. */
export const importKindNames = Object.keys(importKinds) as [keyof typeof importKinds]
