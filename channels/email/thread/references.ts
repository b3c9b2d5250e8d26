import { limits } from '../limits.ts'
import { outgoingOf, verifiedReferences } from './token.ts'

/** The message ids of a field, in order, with their brackets; what stands without brackets is taken as one id. */
export function messageIds(value: string): string[] {
  const found = value.match(/<[^<>\s]{1,500}>/g) ?? []
  if (found.length > 0) return [...new Set(found)]
  const bare = value.trim().split(/\s+/, 1)[0] ?? ''
  return bare.includes('@') && bare.length <= 500 ? [`<${bare.replace(/[<>]/g, '')}>`] : []
}

/** What a mail says about the mails before it. */
export interface ThreadFacts {
  readonly inReplyTo: readonly string[]
  readonly references: readonly string[]
  readonly subject: string
  /** Every address that the mail was sent to, where a plus tag may stand. */
  readonly recipients: readonly string[]
}

/**
 * Candidates for the conversation that a mail joins, nearest first: message ids as they stand, `out:` and the hub's own
 * id of an outgoing message where the id is one of ours, and `ref:` and the reference of a signed tag. Forged tags are
 * left out; whether the sender takes part in the conversation is for whoever looks them up.
 */
export function threadRefs(facts: ThreadFacts, key: string): string[] {
  const refs = new Set<string>()
  const nearestFirst = [...facts.inReplyTo, ...facts.references.slice(-limits.references).reverse()]
  for (const id of nearestFirst) {
    refs.add(id)
    const outgoing = outgoingOf(id, key)
    if (outgoing) refs.add(`out:${outgoing}`)
  }
  for (const reference of verifiedReferences([facts.subject, ...facts.recipients].join('\n'), key)) {
    refs.add(`ref:${reference}`)
  }
  return [...refs]
}
