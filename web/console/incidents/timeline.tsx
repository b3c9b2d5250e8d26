import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import type { Answer } from '../data/hub.ts'
import { incidentWords } from '../words/incidents.ts'
import { useJoinReason } from './reason.ts'

type Entry = Answer<'incident.get'>['timeline'][number]

function useSentence(): (entry: Entry) => string {
  const t = useWords(incidentWords)
  const reason = useJoinReason()
  return ({ type, payload, number }) => {
    const ticket = number ?? t('aTicket')
    switch (type) {
      case 'joined':
        // Erasure took the reason away.
        if (!payload.reason) return t('evJoinedOnce', { number: ticket })
        return t('evJoined', { number: ticket, reason: reason(payload.reason as Entry['payload']) })
      case 'left':
        return t('evLeft', { number: ticket })
      case 'renamed':
        return payload.to ? t('evRenamed', { to: String(payload.to) }) : t('evUnnamed')
      case 'closed':
        return t(payload.by === 'tickets' ? 'evClosedByTickets' : 'evClosed')
      case 'reopened':
        return t('evReopened')
      case 'answered':
        return t('evAnswered', { n: Number(payload.told), text: String(payload.text) })
      case 'erased':
        return t('evErased')
      default:
        return type
    }
  }
}

/** What happened to an incident, newest first. */
export function IncidentTimeline({ timeline }: { timeline: readonly Entry[] }) {
  const t = useWords(incidentWords)
  const sentence = useSentence()
  return (
    <section className="panel" aria-label={t('timeline')}>
      <h2>{t('timeline')}</h2>
      <ol className="timeline">
        {[...timeline].reverse().map((entry) => {
          const actor = entry.actor as { readonly kind?: string; readonly name?: string }
          return (
            <li key={entry.seq}>
              <span className={`dot dot-${actor.kind}`} aria-hidden="true" />
              <div>
                <strong>{actor.name ?? t('system')}</strong> {sentence(entry)}
              </div>
              <Moment at={entry.atMs} className="quiet" />
            </li>
          )
        })}
      </ol>
    </section>
  )
}
