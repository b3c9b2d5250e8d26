import type { RoutingDecision, RoutingInput, RoutingRule } from '../contract/routing.ts'
import type { JsonValue } from '../kernel/json.ts'
import { conditionSchema, evaluate } from '../rules/index.ts'

/** The facts that conditions of routing rules speak about: every member of the ticket below `ticket`, and `nowMs`. */
function factsOf({ ticket, nowMs }: Pick<RoutingInput, 'ticket' | 'nowMs'>): JsonValue {
  return { ticket: ticket as unknown as JsonValue, nowMs }
}

/**
 * Looks at the ordered rules up to the first that matches and names a known group. A condition that the schema refuses
 * matches nothing.
 */
export function matchRules(input: RoutingInput): {
  readonly rules: RoutingDecision['rules']
  readonly matched: RoutingRule | null
} {
  const facts = factsOf(input)
  const known = new Set(input.groups.map((group) => group.id))
  const rules: RoutingDecision['rules'][number][] = []
  for (const rule of input.rules) {
    const condition = conditionSchema.safeParse(rule.when)
    const matched = condition.success && evaluate(condition.data, facts).result
    const groupKnown = known.has(rule.groupId)
    rules.push({ id: rule.id, name: rule.name, matched, groupKnown })
    if (matched && groupKnown) return { rules, matched: rule }
  }
  return { rules, matched: null }
}
