import type { EngineerFilter, GroupFilter } from '../context.ts'

function speaks(languages: readonly string[], language: string): boolean {
  return languages.includes('*') || languages.includes(language)
}

/** The group works in the ticket's language. */
export const groupLanguage: GroupFilter = (group, { input }) => ({
  ok: speaks(group.languages, input.ticket.language),
  needed: input.ticket.language,
  found: [...group.languages],
})

/** The engineer speaks the ticket's language. */
export const engineerLanguage: EngineerFilter = (engineer, { input }) => ({
  ok: speaks(engineer.languages, input.ticket.language),
  needed: input.ticket.language,
  found: [...engineer.languages],
})
