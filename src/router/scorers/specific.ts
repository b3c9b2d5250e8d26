import type { GroupScorer } from '../context.ts'

/** 0 for a group made for certain customer tiers. */
export const tier: GroupScorer = (group) => (group.tiers.length > 0 ? 0 : 1)

/** 0 for a group made for certain channels. */
export const channel: GroupScorer = (group) => (group.channels.length > 0 ? 0 : 1)

/** 0 for a group that names the product category, 1 for one that takes any. */
export const skill: GroupScorer = (group, { input }) =>
  input.ticket.productCategory !== null && group.skills.includes(input.ticket.productCategory) ? 0 : 1

/** 0 for a group of one language when the ticket is not in the language that everybody speaks. */
export const singleLanguage: GroupScorer = (group, { input }) =>
  input.ticket.language !== input.policy.mainLanguage && group.languages.length === 1 ? 0 : 1
