import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Job } from '../router/index.ts'
import { type FormField, readForm, solution, takesWords } from '../tickets/index.ts'

/** A file that the page shows by `GET /e/api/file/:id`. */
export interface JobFile {
  readonly id: string
  readonly name: string
  readonly contentType: string
}

/** Something that was said about the job; `note` is for the staff only. */
export interface JobMessage {
  readonly id: string
  readonly at: string
  readonly author: 'customer' | 'agent' | 'system'
  readonly authorName: string | null
  readonly note: boolean
  readonly text: string
  readonly files: readonly JobFile[]
  /** The words of a recorded call, in order. */
  readonly said: readonly { readonly speaker: string; readonly text: string; readonly startMs: number }[]
}

/** One step of the ticket's way: `what` is the kind of entry, `to` the status or state that it led to. */
export interface JobStep {
  readonly at: string
  readonly what: string
  readonly to: string | null
  /** Who did it: a name, or `customer` or `system`. */
  readonly by: string
  /** A note, or the reason in somebody's words. */
  readonly text: string | null
}

/** A field of the ticket's form that is asked for at the end of the work. */
interface EndingField {
  readonly name: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly kind: 'text' | 'date' | 'date-time' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices'
  readonly choices: readonly string[]
}

/** What the end of the work asks of the engineer. */
interface EndingAsked {
  /** Whether the form wants words that say what was done. */
  readonly words: 'required' | 'optional'
  /** What was said already. */
  readonly said: string | null
  /** The form's other fields that have to be filled in first. */
  readonly fields: readonly EndingField[]
}

/** While the job is not the engineer's. */
export const nothingAsked: EndingAsked = { words: 'optional', said: null, fields: [] }

/** What the engineer's page shows. */
export interface JobPage extends Job {
  /** Another one when anything on the page may be another. */
  readonly stamp: string
  /** The customer's pictures; once the job is the engineer's, their voice, recordings and videos too. */
  readonly media: readonly JobFile[]
  readonly messages: readonly JobMessage[]
  readonly timeline: readonly JobStep[]
  /** What the engineer may do with the ticket now. */
  readonly commands: readonly string[]
  readonly ending: EndingAsked
}

interface Attachment {
  readonly id: string
  readonly name: string
  readonly contentType: string | null
  readonly state: string
}

/** A message as `conversation.ofTicket` gives it. */
export interface ThreadMessage {
  readonly id: string
  readonly at: string
  readonly direction: string
  readonly author: JobMessage['author']
  readonly authorName: string | null
  readonly text: string
  readonly attachments: readonly Attachment[]
}

/** An entry of a timeline as `ticket.get` gives it. */
export interface TimelineEntry {
  readonly type: string
  readonly atMs: number
  readonly actor: { readonly kind: string; readonly name?: string; readonly staffId?: string }
  /** Null after erasure. */
  readonly payload: JsonObject | null
}

/** What the page needs of `ticket.get`. */
export interface TicketOfJob {
  readonly timeline: readonly TimelineEntry[]
  readonly commands: readonly string[]
  readonly type: { readonly form: JsonValue }
  readonly custom: Readonly<Record<string, { readonly value: JsonValue }>>
  readonly missing: readonly { readonly name: string; readonly zh: string; readonly en: string }[]
}

const choicesOf = (field: FormField): readonly string[] =>
  field.type === 'array' ? field.items.enum : field.type === 'string' ? (field.enum ?? []) : []

function kindOf(field: FormField): EndingField['kind'] {
  if (field.type === 'array') return 'choices'
  if (field.type !== 'string') return field.type
  return field.enum ? 'choice' : (field.format ?? 'text')
}

/** What the form of a ticket still wants before it is resolved. Pure. */
export function endingOf({ type, custom, missing }: TicketOfJob): EndingAsked {
  const form = readForm(type.form)
  if (!form.ok) return nothingAsked
  const inWords = takesWords(form.value)
  const isWords = (name: string) => inWords && name === solution
  const said = inWords ? custom[solution]?.value : null
  return {
    words: missing.some(({ name }) => isWords(name)) ? 'required' : 'optional',
    said: typeof said === 'string' ? said : null,
    fields: missing.flatMap(({ name, zh, en }) => {
      const field = form.value.properties[name]
      if (!field || isWords(name)) return []
      return [{ name, title: { zh, en }, kind: kindOf(field), choices: choicesOf(field) }]
    }),
  }
}

/** Files that are there. */
export const filesOf = (attachments: readonly Attachment[]): JobFile[] =>
  attachments.flatMap(({ id, name, contentType, state }) =>
    state === 'stored' ? [{ id, name, contentType: contentType ?? 'application/octet-stream' }] : [],
  )

/** A customer's link in the hub's own words: whoever has it may write as the customer. */
const customerLink = /\/c\/t\/[\w-]{20,}/g

/** The thread of a ticket as the page shows it; mails are shown as their text, links of the customer without their token. Pure. */
export function messagesOf(
  thread: readonly ThreadMessage[],
  utterances: readonly {
    readonly messageId: string
    readonly speaker: string
    readonly text: string
    readonly startMs: number
  }[],
): JobMessage[] {
  return thread.map(({ id, at, direction, author, authorName, text, attachments }) => ({
    ...{ id, at, author, authorName },
    text: text.replace(customerLink, '/c/t/…'),
    note: direction === 'note',
    files: filesOf(attachments),
    said: utterances
      .filter(({ messageId }) => messageId === id)
      .map(({ speaker, text: words, startMs }) => ({ speaker, text: words, startMs })),
  }))
}

/** Entries that tell an engineer something; what fields, clocks and links went through is the desk's. */
const told = [
  'opened',
  'routed',
  'transition',
  'offer',
  'noted',
  'expedited',
  'cancel_asked',
  'merged',
  'absorbed',
  'erased',
]

/** The ticket's way, newest first. `names`: of the staff by id. Pure. */
export function stepsOf(timeline: readonly TimelineEntry[], names: ReadonlyMap<string, string>): JobStep[] {
  return timeline
    .filter(({ type }) => told.includes(type))
    .map(({ type, atMs, actor, payload }) => {
      const said = (key: string) => (typeof payload?.[key] === 'string' ? String(payload[key]) : null)
      const engineer = actor.staffId === undefined ? undefined : names.get(actor.staffId)
      return {
        at: new Date(atMs).toISOString(),
        what: type,
        to: said('to') ?? said('status'),
        by: actor.name ?? engineer ?? (actor.kind === 'link' ? 'customer' : 'system'),
        // Of offers the reason is a code of ours.
        text: type === 'offer' ? said('engineer') : (said('text') ?? said('reason')),
      }
    })
    .toReversed()
}
