import type { EngineerOrder, GroupOrder } from '../../contract/routing.ts'
import type { EngineerScorer, GroupScorer } from '../context.ts'
import { capacity, load } from './capacity.ts'
import { distance, near } from './distance.ts'
import { region } from './region.ts'
import { channel, singleLanguage, skill, tier } from './specific.ts'

/** Every part of a group's score, by the name that policies use. */
export const groupScorers: Readonly<Record<GroupOrder, GroupScorer>> = {
  tier,
  channel,
  single_language: singleLanguage,
  region,
  skill,
  capacity,
}

/** Every part of an engineer's score, by the name that policies use. */
export const engineerScorers: Readonly<Record<EngineerOrder, EngineerScorer>> = { distance, near, load }
