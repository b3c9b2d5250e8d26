import { language, useWords } from '../../ui/language.ts'
import { duration } from '../../ui/time.tsx'
import type { Answer } from '../data/hub.ts'
import { causeWords, incidentWords } from '../words/incidents.ts'

/** One incident as lists show it. */
export type IncidentLine = Answer<'incident.list'>['incidents'][number]

/** What people call an incident: its own name, or its place and fault. */
export function useIncidentName(): (incident: Pick<IncidentLine, 'title' | 'area' | 'cause'>) => string {
  const t = useWords(incidentWords)
  const cause = useWords(causeWords)
  return ({ title, area, cause: key }) => title ?? t('named', { area: area.name, cause: cause(key) })
}

type Reason = Readonly<Record<string, unknown>>

/** Why a ticket is in an incident, in words. */
export function useJoinReason(): (reason: Reason) => string {
  const t = useWords(incidentWords)
  const cause = useWords(causeWords)
  const lang = language.use()
  return (reason) => {
    if (reason.kind !== 'same_cause') return t('reasonHand')
    const why = t('reasonSame', {
      cause: cause(reason.cause as keyof typeof causeWords),
      place: String(reason.place),
      other: String(reason.withNumber),
      apart: duration(Number(reason.apartMs), lang),
    })
    const quote = typeof reason.quote === 'string' ? reason.quote : ''
    return quote ? `${why};${t('reasonQuote', { quote })}` : why
  }
}
