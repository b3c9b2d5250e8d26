import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { both, faultsOf, reasonOf } from '../contract/faults.ts'
import {
  engineerChecks,
  engineerOrders,
  groupChecks,
  groupOrders,
  type RoutingPolicy,
} from '../contract/routing.ts'
import { intents, urgencies } from '../contract/ticket.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'

const unique = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(100)
    .refine((list) => new Set(list).size === list.length, both('有一项重复了', 'an entry appears twice'))
const groupPart = {
  checks: unique(z.enum(groupChecks)),
  order: unique(z.enum(groupOrders)),
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** Schema of a routing policy; what each member means stands at `RoutingPolicy` in the contract. */
export const policySchema = z.strictObject({
  name: z.string().min(1).max(100),
  timeZone: z
    .string()
    .refine(isTimeZone, both('应为时区，例如 Asia/Shanghai', 'must be a time zone such as Asia/Shanghai')),
  moment: z.enum(['created', 'now']),
  mainLanguage: z.string().min(2).max(8),
  groups: z.strictObject(groupPart),
  emergency: z.strictObject({ urgencies: unique(z.enum(urgencies)), ...groupPart }).nullable(),
  engineers: z.strictObject({
    intents: unique(z.enum(intents)),
    checks: unique(z.enum(engineerChecks)),
    order: unique(z.enum(engineerOrders)),
    statuses: unique(z.string().max(50)),
    certificates: z.record(z.string().max(100), z.array(z.string().max(100)).max(50)),
    shiftMoment: z.enum(['appointment', 'moment']),
    unknownDistance: z.enum(['exclude', 'allow']),
    slackKm: z.strictObject({
      default: z.number().nonnegative(),
      byUrgency: z.partialRecord(z.enum(urgencies), z.number().nonnegative()),
    }),
  }),
}) satisfies z.ZodType<RoutingPolicy>

/** Reads a policy from JSON. Refuses with `routing.policy_invalid` and one issue per fault. */
export function parsePolicy(json: unknown): Result<RoutingPolicy> {
  const parsed = policySchema.safeParse(json)
  if (parsed.success) return ok(parsed.data)
  const issues = faultsOf(parsed.error)
  return refuse('routing.policy_invalid', reasonOf(issues), issues)
}

/** The policy of `policies/after-sales.json`: a Chinese after-sales service that sends engineers. */
export const afterSalesPolicy: RoutingPolicy = policySchema.parse(
  JSON.parse(readFileSync(new URL('./policies/after-sales.json', import.meta.url), 'utf8')),
)

/**
 * What a deployment starts with: after-sales routing at the moment of routing, where a missing location does not keep
 * everybody at home.
 */
export const defaultPolicy: RoutingPolicy = {
  ...afterSalesPolicy,
  name: 'default',
  moment: 'now',
  engineers: { ...afterSalesPolicy.engineers, unknownDistance: 'allow' },
}
