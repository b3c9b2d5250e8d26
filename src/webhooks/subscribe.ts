import { z } from 'zod'
import { type EventType, eventTypes } from '../contract/events.ts'
import { both } from '../contract/faults.ts'

/** Failures of webhooks are not told by webhook: they would tell of themselves for ever. */
const untold: ReadonlySet<string> = new Set<EventType>(['webhook.failed'])

/** The event types that an endpoint can ask for. */
export const tellableTypes: readonly EventType[] = eventTypes.filter((type) => !untold.has(type))

const groups = new Set(tellableTypes.map((type) => `${type.split('.')[0]}.*`))

/** What an endpoint asks for: an event type, all of a subject (`ticket.*`), or everything (`*`). */
export const subscription = z
  .string()
  .refine((s) => s === '*' || groups.has(s) || (tellableTypes as readonly string[]).includes(s), {
    message: both(
      '应为事件名、“ticket.*”这样的一组，或“*”',
      'is neither an event type nor a group like "ticket.*" nor "*"',
    ),
  })

/** Whether an endpoint asked for an event. Pure. */
export function wants(subscriptions: readonly string[], type: string): boolean {
  if (untold.has(type)) return false
  const group = `${type.split('.')[0]}.*`
  return subscriptions.some((s) => s === '*' || s === type || s === group)
}
