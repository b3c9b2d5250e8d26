import type { EngineerCheck, GroupCheck } from '../../contract/routing.ts'
import type { EngineerFilter, GroupFilter } from '../context.ts'
import { capacity, load } from './capacity.ts'
import { certificate } from './certificate.ts'
import { channel } from './channel.ts'
import { distance } from './distance.ts'
import { hours, shift } from './hours.ts'
import { intent } from './intent.ts'
import { engineerLanguage, groupLanguage } from './language.ts'
import { member } from './member.ts'
import { region } from './region.ts'
import { engineerSkill, groupSkill } from './skill.ts'
import { status } from './status.ts'
import { tier } from './tier.ts'

/** Every check of a group, by the name that policies use. */
export const groupFilters: Readonly<Record<GroupCheck, GroupFilter>> = {
  intent,
  skill: groupSkill,
  region,
  language: groupLanguage,
  tier,
  channel,
  hours,
  capacity,
}

/** Every check of an engineer, by the name that policies use. */
export const engineerFilters: Readonly<Record<EngineerCheck, EngineerFilter>> = {
  group: member,
  skill: engineerSkill,
  certificate,
  status,
  load,
  shift,
  distance,
  language: engineerLanguage,
}
