import { z } from 'zod'
import type { Label, Labels, TicketLabel, TicketLabels } from '../contract/extraction.ts'
import { type Risk, risks, withParents } from '../contract/labels.ts'
import { evidenceSchema } from './reading.ts'

/** A ticket that nobody labelled. */
const none: TicketLabels = { tags: [], risks: [], refused: { tags: [], risks: [] } }

/** Tags of one ticket; machines stop there, people do not. */
const mostTags = 30

/** The labels that the column holds; rows from before have none. */
export function readLabels(column: unknown): TicketLabels {
  return { ...none, ...(column as Partial<TicketLabels>) }
}

/** Labels of one kind as a ticket shows them. */
export const labelSchema = (value: z.ZodType<string>) =>
  z.object({ value, evidence: z.array(evidenceSchema), method: z.enum(['rules', 'llm', 'human']) })

/** Which labels of a ticket are new, and which are gone. */
export interface LabelChange {
  readonly labels: TicketLabels
  readonly added: { readonly tags: readonly string[]; readonly risks: readonly string[] }
  readonly removed: { readonly tags: readonly string[]; readonly risks: readonly string[] }
}

const nothing = { tags: [], risks: [] } as const

function more<V extends string>(
  now: readonly TicketLabel<V>[],
  found: readonly Label<V>[],
  refused: readonly V[],
): Label<V>[] {
  return found.filter(({ value }) => !refused.includes(value) && !now.some((each) => each.value === value))
}

/**
 * Puts what was read of a conversation on a ticket. Nothing is taken off, and nothing comes back that a person took off. Null when
 * nothing is new.
 */
export function mergeLabels(now: TicketLabels, found: Labels | undefined): LabelChange | null {
  if (!found) return null
  // Where a person put a finer branch, or a machine did, the one that it grows from is implied.
  const implied = (path: string) => now.tags.some(({ value }) => value.startsWith(`${path}/`))
  const tags = more(now.tags, found.tags, now.refused.tags)
    .filter(({ value }) => !implied(value))
    .slice(0, Math.max(0, mostTags - now.tags.length))
  const risky = more(now.risks, found.risks, now.refused.risks)
  if (tags.length + risky.length === 0) return null
  return {
    labels: { ...now, tags: [...now.tags, ...tags], risks: [...now.risks, ...risky] },
    added: { tags: tags.map(({ value }) => value), risks: risky.map(({ value }) => value) },
    removed: nothing,
  }
}

/** What a person labels a ticket with. */
export type Named =
  | { readonly kind: 'tag'; readonly value: string }
  | { readonly kind: 'risk'; readonly value: Risk }

/** A person puts a label on; what a machine had read keeps its words and is theirs now. Null when it was theirs before. */
export function labelledBy(now: TicketLabels, named: Named, commandId: string): LabelChange | null {
  const put = <V extends string>(list: readonly TicketLabel<V>[], value: V): TicketLabel<V>[] | null => {
    const present = list.find((each) => each.value === value)
    if (present?.method === 'human') return null
    const evidence = [...(present?.evidence ?? []), { kind: 'human' as const, commandId }]
    const label: TicketLabel<V> = { value, evidence, method: 'human' }
    return present ? list.map((each) => (each === present ? label : each)) : [...list, label]
  }
  const without = <V extends string>(list: readonly V[], value: V) => list.filter((each) => each !== value)
  const { refused } = now
  if (named.kind === 'tag') {
    const tags = put(now.tags, named.value)
    if (!tags) return null
    const labels = { ...now, tags, refused: { ...refused, tags: without(refused.tags, named.value) } }
    return { labels, added: { ...nothing, tags: [named.value] }, removed: nothing }
  }
  const risky = put(now.risks, named.value)
  if (!risky) return null
  const labels = { ...now, risks: risky, refused: { ...refused, risks: without(refused.risks, named.value) } }
  return { labels, added: { ...nothing, risks: [named.value] }, removed: nothing }
}

/** A person takes a label off; machines do not put it back. Null when it is not there. */
export function unlabelledBy(now: TicketLabels, named: Named): LabelChange | null {
  const { refused } = now
  if (named.kind === 'tag') {
    const tags = now.tags.filter(({ value }) => value !== named.value)
    if (tags.length === now.tags.length) return null
    const labels = { ...now, tags, refused: { ...refused, tags: [...refused.tags, named.value].slice(-100) } }
    return { labels, added: nothing, removed: { ...nothing, tags: [named.value] } }
  }
  const risky = now.risks.filter(({ value }) => value !== named.value)
  if (risky.length === now.risks.length) return null
  const labels = { ...now, risks: risky, refused: { ...refused, risks: [...refused.risks, named.value] } }
  return { labels, added: nothing, removed: { ...nothing, risks: [named.value] } }
}

/** What is left of labels when a person is erased: the values, which name nobody, without the words that they were read from. */
export function labelsWithoutPerson(now: TicketLabels, commandId: string): TicketLabels {
  const bare = <V extends string>({ value, method }: TicketLabel<V>): TicketLabel<V> => ({
    value,
    evidence: [{ kind: 'human', commandId }],
    method,
  })
  return { ...now, tags: now.tags.map(bare), risks: now.risks.map(bare) }
}

/** The flat columns of labels: paths with those that they grow from, and risks. */
export function labelColumns({ tags, risks: risky }: TicketLabels): {
  readonly tags: string[]
  readonly risks: string[]
} {
  return {
    tags: withParents(tags.map(({ value }) => value)),
    risks: risks.filter((risk) => risky.some(({ value }) => value === risk)),
  }
}

/** The finest of a column's paths: those that no other grows from. */
export function finest(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)))
}
