import type { EngineerFilter, GroupFilter } from '../context.ts'

function covers(skills: readonly string[], category: string | null): boolean {
  return skills.includes('*') || (category !== null && skills.includes(category))
}

/** The group's skills cover the product category; an unknown category fits only `*`. */
export const groupSkill: GroupFilter = (group, { input }) => ({
  ok: covers(group.skills, input.ticket.productCategory),
  needed: input.ticket.productCategory,
  found: [...group.skills],
})

/** The engineer knows the product category; an unknown category fits only `*`. */
export const engineerSkill: EngineerFilter = (engineer, { input }) => ({
  ok: covers(engineer.skills, input.ticket.productCategory),
  needed: input.ticket.productCategory,
  found: [...engineer.skills],
})
