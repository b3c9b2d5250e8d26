import type { Candidate, EngineerOrder, GroupOrder, RoutingDecision, Verdict } from '../contract/routing.ts'
import type { JsonValue } from '../kernel/json.ts'
import { type Lang, laterPhrases, phrases, words } from './phrases.ts'

type Order = readonly (GroupOrder | EngineerOrder)[]

function shownDays(days: readonly number[], lang: Lang): string {
  const { weekdays, to, comma } = words[lang]
  const sorted = [...days].sort((a, b) => a - b)
  const [first, last] = [sorted[0]!, sorted.at(-1)!]
  const unbroken = sorted.length > 2 && last - first === sorted.length - 1
  return unbroken
    ? `${weekdays[first - 1]}${to}${weekdays[last - 1]}`
    : sorted.map((day) => weekdays[day - 1]).join(comma)
}

function shownHours(value: JsonValue, lang: Lang): string {
  if (!Array.isArray(value)) return value === null ? words[lang].noShift : words[lang].always
  return value
    .map((span) => {
      const { days, open, close } = span as { days: number[]; open: string; close: string }
      const named = days.length === 7 ? '' : `${shownDays(days, lang)} `
      return `${named}${open}–${close}`
    })
    .join(words[lang].comma)
}

function shownClock(value: JsonValue, lang: Lang): string {
  const [day, clock] = String(value).split(' ')
  return `${words[lang].weekdays[Number(day) - 1]} ${clock}`
}

function shownRegion(value: JsonValue, lang: Lang): string {
  const region = value as {
    province: string | null
    city: string | null
    district: string | null
    adcode: string
  }
  const parts = [...new Set([region.province, region.city, region.district])].filter((part) => part !== null)
  return parts.join('') || (region.adcode === 'CN' ? words[lang].unknown : region.adcode)
}

function shown(check: string, side: 'needed' | 'found', value: JsonValue, lang: Lang): string {
  const w = words[lang]
  if (check === 'hours' || check === 'shift')
    return side === 'needed' ? shownClock(value, lang) : shownHours(value, lang)
  if (check === 'region' && side === 'needed') return shownRegion(value, lang)
  if (value === null) return w.unknown
  if (Array.isArray(value)) {
    return value.length ? value.map((item) => shown(check, side, item, lang)).join(w.comma) : w.none
  }
  if (typeof value !== 'string') return String(value)
  if (value === '*' || value === 'CN') return w.any
  return w.values[value] ?? value
}

function unknownPhrase({ check, ok, needed, found }: Verdict, lang: Lang): string | null {
  if (check === 'distance' && found === null) {
    return ok ? words[lang].distanceNotNeeded : words[lang].unknownDistance
  }
  return check === 'skill' && needed === null && !ok ? words[lang].unknownCategory : null
}

/** One check in words: what was needed and what was found. */
export function explainVerdict(verdict: Verdict, lang: Lang): string {
  const phrase = phrases[verdict.check]
  if (!phrase) return `${verdict.check}: ${JSON.stringify(verdict.needed)} / ${JSON.stringify(verdict.found)}`
  const template = unknownPhrase(verdict, lang) ?? phrase[lang][verdict.ok ? 0 : 1]
  return template.replace(/\{(needed|found)\}/g, (_, side: 'needed' | 'found') =>
    shown(verdict.check, side, verdict[side], lang),
  )
}

/** Why a candidate was left out: every check that failed and counted. Empty for one that fits. */
export function reasons(candidate: Candidate, lang: Lang): string[] {
  return candidate.verdicts.filter((v) => !v.ok && !v.waived).map((v) => explainVerdict(v, lang))
}

function via(decision: RoutingDecision, group: string, lang: Lang): string {
  const w = words[lang]
  if (decision.via.kind !== 'rule') return w.via[decision.via.kind].replace('{group}', group)
  const { ruleId } = decision.via
  const rule = decision.rules.find((r) => r.id === ruleId)?.name ?? ruleId
  return w.via.rule.replace('{group}', group).replace('{rule}', rule)
}

function later(candidate: Candidate, best: Candidate | undefined, order: Order, lang: Lang): string {
  const mine = candidate.score ?? []
  const differing = order.findIndex((_, i) => mine[i] !== best?.score?.[i])
  const number = (value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER
      ? words[lang].unlimited
      : String(Math.abs(value))
  const slots: Record<string, string> = {
    mine: number(mine[differing]),
    best: number(best?.score?.[differing]),
  }
  const phrase = laterPhrases[order[differing] ?? 'id'][lang]
  return words[lang].later + phrase.replace(/\{(mine|best)\}/g, (_, slot: string) => slots[slot]!)
}

function section(
  title: string,
  candidates: readonly Candidate[],
  chosen: string | null,
  order: Order,
  lang: Lang,
): string[] {
  const w = words[lang]
  if (candidates.length === 0) return []
  const best = candidates.find((candidate) => candidate.id === chosen)
  const lines = candidates.map((candidate) => {
    if (candidate.id === chosen) return `  ✓ ${candidate.name}`
    if (candidate.eligible) return `  · ${candidate.name}${w.colon}${later(candidate, best, order, lang)}`
    return `  ✗ ${candidate.name}${w.colon}${reasons(candidate, lang).join(w.semicolon)}`
  })
  return [title, ...lines]
}

/**
 * A decision in plain words, one line per candidate: what was chosen and why, who fitted but came later in the order, and
 * the true reasons of everybody who was left out.
 */
export function explain(decision: RoutingDecision, lang: Lang): string {
  const w = words[lang]
  const group = decision.groups.find((g) => g.id === decision.groupId)
  const engineer = decision.engineers.find((e) => e.id === decision.engineerId)
  const head = [via(decision, group?.name ?? '', lang)]
  if (decision.emergencyTried && decision.via.kind !== 'emergency') head.unshift(w.noEmergency)
  const { present } = decision
  if (present?.kept) head.unshift(w.kept[present.kept])
  else if (present?.by === 'accepted') head.unshift(w.overAccepted)
  if (present?.danger && present.kept) head.unshift(w.dangerStays)
  if (engineer) head.push(w.sent.replace('{engineer}', engineer.name))
  if (decision.dispatcher) head.push(w.dispatcher[decision.dispatcher.reason])
  const sent = decision.engineers.some((e) => e.verdicts.some((v) => v.check === 'visit' && v.ok))
  if (!sent && decision.engineers.length > 0) head.push(w.noVisit)
  return [
    ...head,
    ...section(w.groups, decision.groups, decision.groupId, decision.order.groups, lang),
    ...(sent
      ? section(w.engineers, decision.engineers, decision.engineerId, decision.order.engineers, lang)
      : []),
  ].join('\n')
}
