import type {
  Candidate,
  EngineerCheck,
  GroupCheck,
  GroupOrder,
  RoutingDecision,
  RoutingEngineer,
  RoutingGroup,
  RoutingInput,
  Verdict,
} from '../contract/routing.ts'
import { hashOf } from '../kernel/hash.ts'
import { type Context, contextOf, distanceKm } from './context.ts'
import { engineerFilters, groupFilters } from './filters/table.ts'
import { matchRules } from './match.ts'
import { distance } from './scorers/distance.ts'
import { engineerScorers, groupScorers } from './scorers/table.ts'

/** Version of the deciding code: a record of another version need not come out the same. */
export const version = 'router-1'

interface Pass {
  readonly via: RoutingDecision['via']
  /** Checks that count; the others are made and marked as waived. */
  readonly counting: readonly GroupCheck[]
  /** What this path itself asks of a group. */
  readonly own: (group: RoutingGroup, verdicts: readonly Verdict[]) => Verdict | null
  readonly order: readonly GroupOrder[]
}

type Ranked = { readonly candidates: readonly Candidate[]; readonly winner: string | null }

function fits(verdicts: readonly Verdict[]): boolean {
  return verdicts.every((v) => v.ok || v.waived)
}

/** The order of eligible candidates, best first. */
export function byScoreThenId(a: Candidate, b: Candidate): number {
  const x = a.score ?? []
  const y = b.score ?? []
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i]) return x[i]! - y[i]!
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function winnerOf(candidates: readonly Candidate[]): string | null {
  return candidates.filter((c) => c.eligible).sort(byScoreThenId)[0]?.id ?? null
}

function checkGroups(context: Context): ReadonlyMap<RoutingGroup, readonly Verdict[]> {
  const names = Object.keys(groupFilters) as GroupCheck[]
  return new Map(
    context.input.groups.map((group) => [
      group,
      names.map((check): Verdict => ({ check, ...groupFilters[check](group, context) })),
    ]),
  )
}

function rankGroups(
  context: Context,
  checked: ReadonlyMap<RoutingGroup, readonly Verdict[]>,
  pass: Pass,
): Ranked {
  const counting = new Set<string>(pass.counting)
  const candidates = [...checked].map(([group, made]): Candidate => {
    const weighed = made.map((v) => (counting.has(v.check) ? v : { ...v, waived: true as const }))
    const own = pass.own(group, weighed)
    const verdicts = own ? [own, ...weighed] : weighed
    const eligible = fits(verdicts)
    const score = eligible ? pass.order.map((name) => groupScorers[name](group, context)) : null
    return { id: group.id, name: group.name, verdicts, eligible, score }
  })
  return { candidates, winner: winnerOf(candidates) }
}

function rulePass(ruleId: string, groupId: string): Pass {
  const own = (group: RoutingGroup): Verdict => ({
    check: 'rule',
    ok: group.id === groupId,
    needed: groupId,
    found: group.id,
  })
  return { via: { kind: 'rule', ruleId }, counting: [], own, order: [] }
}

function emergencyPass({
  checks,
  order,
}: {
  checks: readonly GroupCheck[]
  order: readonly GroupOrder[]
}): Pass {
  const own = (group: RoutingGroup): Verdict => ({
    check: 'emergency',
    ok: group.emergency,
    needed: true,
    found: group.emergency,
  })
  return { via: { kind: 'emergency' }, counting: checks, own, order }
}

function asksEmergency({ policy, ticket }: RoutingInput): boolean {
  return policy.emergency?.urgencies.includes(ticket.urgency) ?? false
}

// A default group is told how many other groups fit: the true reason why it is, or is not, the last resort.
function lastResort(others: number): Verdict {
  return { check: 'last_resort', ok: others === 0, needed: 0, found: others }
}

function chooseGroup(
  context: Context,
): Ranked & Pick<Pass, 'via' | 'order'> & Pick<RoutingDecision, 'rules'> {
  const { policy } = context.input
  const checked = checkGroups(context)
  const { rules, matched } = matchRules(context.input)
  const run = (pass: Pass) => ({
    ...rankGroups(context, checked, pass),
    via: pass.via,
    order: pass.order,
    rules,
  })
  if (matched) return run(rulePass(matched.id, matched.groupId))
  if (policy.emergency && asksEmergency(context.input)) {
    const done = run(emergencyPass(policy.emergency))
    if (done.winner !== null) return done
  }
  const { checks, order } = policy.groups
  const counting = new Set<string>(checks)
  const others = [...checked].filter(
    ([group, made]) => !group.isDefault && made.every((v) => v.ok || !counting.has(v.check)),
  ).length
  const own = (group: RoutingGroup) => (group.isDefault ? lastResort(others) : null)
  if (others > 0) return run({ via: { kind: 'order' }, counting: checks, own, order })
  const anyDefault = context.input.groups.some((group) => group.isDefault)
  const done = run({ via: { kind: anyDefault ? 'default' : 'none' }, counting: checks, own, order })
  return anyDefault ? { ...done, ...takeDefaults(context, done.candidates, order) } : done
}

// Nothing fits: the default groups take the ticket whatever their attributes say.
function takeDefaults(
  context: Context,
  candidates: readonly Candidate[],
  order: readonly GroupOrder[],
): Ranked {
  const defaults = new Map(context.input.groups.filter((g) => g.isDefault).map((g) => [g.id, g]))
  const taken = candidates.map((candidate): Candidate => {
    const group = defaults.get(candidate.id)
    if (!group) return candidate
    const verdicts = candidate.verdicts.map((v) =>
      v.check === 'last_resort' ? v : { ...v, waived: true as const },
    )
    return {
      ...candidate,
      verdicts,
      eligible: true,
      score: order.map((name) => groupScorers[name](group, context)),
    }
  })
  return { candidates: taken, winner: winnerOf(taken) }
}

function rankEngineers(context: Context, groupId: string | null): Ranked {
  const { ticket, policy, engineers } = context.input
  const { intents, checks, order } = policy.engineers
  const visit: Verdict = {
    check: 'visit',
    ok: intents.includes(ticket.intent),
    needed: [...intents],
    found: ticket.intent,
  }
  const counting = new Set<string>(checks)
  const { declinedBy } = ticket
  const declined = ({ id }: RoutingEngineer): readonly Verdict[] =>
    declinedBy
      ? [{ check: 'declined', ok: !declinedBy.includes(id), needed: false, found: declinedBy.includes(id) }]
      : []
  const judge = (engineer: RoutingEngineer): readonly Verdict[] => [
    visit,
    ...declined(engineer),
    ...(Object.keys(engineerFilters) as EngineerCheck[]).map((check): Verdict => {
      const made = { check, ...engineerFilters[check](engineer, context, groupId) }
      // Without a group nobody may be sent, whatever the policy counts.
      const counts = counting.has(check) || (check === 'group' && groupId === null)
      return counts ? made : { ...made, waived: true }
    }),
  ]
  const judged = engineers.map((engineer) => ({ engineer, verdicts: judge(engineer) }))
  const nearestKm = judged
    .filter(({ verdicts }) => fits(verdicts))
    .reduce((least, { engineer }) => Math.min(least, distance(engineer, context, 0)), Number.MAX_SAFE_INTEGER)
  const candidates = judged.map(({ engineer, verdicts }): Candidate => {
    const eligible = fits(verdicts)
    const score = eligible ? order.map((name) => engineerScorers[name](engineer, context, nearestKm)) : null
    return { id: engineer.id, name: engineer.name, verdicts, eligible, score }
  })
  return { candidates, winner: winnerOf(candidates) }
}

/**
 * Judges every engineer for a ticket that a person is about to give away: those who fit first, by the policy's order. Whether the kind
 * of request needs a visit is the person's own choice here.
 */
export function judgeEngineers(
  input: RoutingInput,
  groupId: string | null,
): readonly (Candidate & { readonly km: number | null })[] {
  const { ticket, policy } = input
  const engineers = { ...policy.engineers, intents: [...policy.engineers.intents, ticket.intent] }
  const context = contextOf({ ...input, policy: { ...policy, engineers } })
  const placed = new Map(input.engineers.map((each) => [each.id, distanceKm(each, context)]))
  const failed = ({ verdicts }: Candidate) => verdicts.filter((v) => !v.ok && !v.waived).length
  return [...rankEngineers(context, groupId).candidates]
    .map((candidate) => ({ ...candidate, km: placed.get(candidate.id) ?? null }))
    .sort(
      (a, b) =>
        failed(a) - failed(b) ||
        (a.eligible ? 0 : (a.km ?? Number.MAX_VALUE) - (b.km ?? Number.MAX_VALUE)) ||
        byScoreThenId(a, b),
    )
}

/** Facts by which a danger becomes known. */
const dangerFacts: readonly string[] = ['intent', 'urgency', 'risks', 'product_category']

/** Whether the place that a ticket has stays, whatever fits best now. */
function presentOf(input: RoutingInput): Pick<RoutingDecision, 'present'> {
  const { present, ticket } = input
  if (!present) return {}
  const grave = asksEmergency(input) || ticket.intent === 'urgent_safety'
  const danger = grave && present.changed.some((name) => dangerFacts.includes(name))
  const { by } = present
  const kept = by === 'router' || (by === 'accepted' && danger) ? null : by
  return { present: { by, danger, kept } }
}

/**
 * Decides where a ticket goes: the first rule that matches; else, for the policy's emergency urgencies, the emergency
 * groups; else the groups that fit, by the policy's order, then by id; else a default group. Then the qualified engineer
 * by the policy's order, or nobody, and a dispatcher is told. Pure: the same input gives the same decision, with the
 * outcome of every check of every candidate.
 */
export function decide(input: RoutingInput): RoutingDecision {
  const context = contextOf(input)
  const group = chooseGroup(context)
  const engineer = rankEngineers(context, group.winner)
  const visits = input.policy.engineers.intents.includes(input.ticket.intent)
  const unserved = visits && engineer.winner === null ? { reason: 'no_engineer' as const } : null
  return {
    groupId: group.winner,
    engineerId: engineer.winner,
    via: group.via,
    emergencyTried: group.via.kind !== 'rule' && asksEmergency(input),
    groups: group.candidates,
    engineers: engineer.candidates,
    order: { groups: group.order, engineers: input.policy.engineers.order },
    rules: group.rules,
    ...presentOf(input),
    dispatcher: group.winner === null ? { reason: 'no_group' } : unserved,
    inputHash: hashOf(input),
    version,
  }
}
