import { language, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { useNameOf } from '../data/directory.ts'
import type { Ticket, TimelineEntry } from '../data/ticket.ts'
import { riskWords } from '../words/labels.ts'
import { clockWords, fieldWords, statusWords } from '../words/terms.ts'
import {
  answeredWords,
  askedWords,
  clockStateWords,
  factWords,
  incidentEntryWords,
  offerWords,
  rerouteWords,
  ticketWords,
  timelineWords,
} from '../words/ticket.ts'
import { useOfferReason } from './offers.tsx'

type Payload = Readonly<Record<string, unknown>>

const known = <W extends object>(words: W, key: unknown): key is keyof W & string =>
  typeof key === 'string' && Object.hasOwn(words, key)

/** Names of what a payload names by id. */
function useNames() {
  const nameOf = useNameOf()
  return (payload: Payload) => {
    const target = { ...payload, ...(typeof payload.to === 'object' ? payload.to : {}) } as Payload
    return [nameOf(target.groupId), nameOf(target.engineerId)].filter(Boolean).join(' · ')
  }
}

function useFieldNames(ticket: Ticket) {
  const field = useWords(fieldWords)
  const fact = useWords(factWords)
  const lang = language.use()
  const nameOf = (name: string) => {
    if (known(fieldWords, name)) return field(name)
    return known(factWords, name) ? fact(name) : (ticket.type.form.properties?.[name]?.title?.[lang] ?? name)
  }
  return (list: unknown) =>
    (Array.isArray(list) ? (list as { name: string }[]) : [])
      .map(({ name }) => nameOf(name))
      .join(lang === 'zh' ? '、' : ', ')
}

/** Labels that came with a +, and those that went with a −. */
function useLabelChanges() {
  const risk = useWords(riskWords)
  const list = (of: unknown, sign: string) => {
    const { tags = [], risks = [] } = (of ?? {}) as { tags?: string[]; risks?: string[] }
    const named = risks.map((each) => (known(riskWords, each) ? risk(each) : each))
    return [...named, ...tags].map((name) => `${sign}${name}`)
  }
  return ({ added, removed }: Payload) => [...list(added, '+'), ...list(removed, '−')].join(' ')
}

function useSentence(ticket: Ticket) {
  const t = useWords(timelineWords)
  const status = useWords(statusWords)
  const clock = useWords(clockWords)
  const state = useWords(clockStateWords)
  const offer = useWords(offerWords)
  const asked = useWords(askedWords)
  const answered = useWords(answeredWords)
  const incident = useWords(incidentEntryWords)
  const where = useNames()
  const names = useFieldNames(ticket)
  const labels = useLabelChanges()
  const lang = language.use()
  return ({ type, payload: stored }: TimelineEntry): string => {
    const payload = stored ?? {}
    if (type === 'fields') {
      const changed = names(payload.changed)
      const suggested = names(payload.suggested)
      return [changed && t('fields', { names: changed }), suggested && t('suggested', { names: suggested })]
        .filter(Boolean)
        .join(' · ')
    }
    if (type === 'retyped') {
      const name = payload.name as { zh?: string; en?: string } | undefined
      return t('retyped', { name: name?.[lang] ?? String(payload.typeKey ?? '') })
    }
    if (type === 'labelled') return t('labelled', { changes: labels(payload) })
    if (type === 'transition' && payload.reason === 'engineer_removed')
      return [t('unassigned'), where(payload)].filter(Boolean).join(' · ')
    if (type === 'transition' && (payload.command === 'assign' || payload.command === 'transfer'))
      return t('assigned', { where: where(payload) })
    if (type === 'routed' && (payload.why === 'changed' || payload.why === 'reopened'))
      return payload.kept ? t('stayed') : t('routedAgain', { where: where(payload) })
    if (type === 'routed' && payload.groupId === null) return t('routedNobody')
    if (type === 'offer') {
      const became = known(offerWords, payload.status) ? offer(payload.status) : ''
      return t('offer', { engineer: String(payload.engineer ?? ''), status: became })
    }
    if (type === 'asked') {
      const outcome = known(askedWords, payload.outcome)
        ? asked(payload.outcome, { choice: String(payload.choice ?? '') })
        : ''
      return t('asked', { field: names([{ name: payload.field }]), outcome })
    }
    if (type === 'answered') {
      const what = known(answeredWords, payload.kind)
        ? answered(payload.kind, { title: String(payload.title ?? '') })
        : ''
      return t('answered', { answer: what })
    }
    if (type === 'incident') {
      const what = known(incidentEntryWords, payload.what) ? incident(payload.what) : ''
      return t('incident', { number: String(payload.number ?? ''), what })
    }
    if (!known(timelineWords, type)) return type
    return t(type, {
      from: known(statusWords, payload.from) ? status(payload.from) : '',
      to: known(statusWords, payload.to) ? status(payload.to) : '',
      where: where(payload),
      kind: known(clockWords, payload.kind) ? clock(payload.kind) : '',
      state: known(clockStateWords, payload.state) ? state(payload.state) : '',
    })
  }
}

/** Why a ticket was routed again; null for everything else. */
function useWhyAgain(ticket: Ticket) {
  const r = useWords(rerouteWords)
  const names = useFieldNames(ticket)
  return ({ type, payload }: TimelineEntry): string | null => {
    if (type !== 'routed' || (payload?.why !== 'changed' && payload?.why !== 'reopened')) return null
    const changed = Array.isArray(payload.changed) ? payload.changed.map((name) => ({ name })) : []
    return [
      payload.why === 'reopened' && r('reopened'),
      changed.length > 0 && r('changed', { names: names(changed) }),
      payload.over === 'accepted' && r('over'),
      payload.danger === true && r('danger'),
      known(rerouteWords, payload.kept) && r(payload.kept),
    ]
      .filter(Boolean)
      .join(' · ')
  }
}

function Line({ entry, sentence, why }: { entry: TimelineEntry; sentence: string; why: string | null }) {
  const w = useWords(ticketWords)
  const because = useOfferReason()
  const { actor } = entry
  const engineer = useNameOf()(actor.staffId)
  const remark = entry.payload?.reason ?? entry.payload?.text
  return (
    <li>
      <span className={`dot dot-${actor.kind}`} aria-hidden="true" />
      <div>
        <strong>{actor.name ?? engineer ?? w(actor.kind === 'link' ? 'customer' : 'system')}</strong>{' '}
        {sentence}
        {why && <p className="quiet">{why}</p>}
        {typeof remark === 'string' && remark && <p className="quiet">{because(remark)}</p>}
      </div>
      <Moment at={entry.atMs} className="quiet" />
    </li>
  )
}

/** What happened to the ticket, newest first. */
export function Timeline({ ticket }: { ticket: Ticket }) {
  const t = useWords(ticketWords)
  const sentence = useSentence(ticket)
  const why = useWhyAgain(ticket)
  return (
    <section aria-label={t('timeline')}>
      <header className="section-head">
        <h2>{t('timeline')}</h2>
      </header>
      <ol className="timeline">
        {[...ticket.timeline].reverse().map((entry) => (
          <Line key={entry.seq} entry={entry} sentence={sentence(entry)} why={why(entry)} />
        ))}
      </ol>
    </section>
  )
}
