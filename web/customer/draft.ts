import { randomKey } from '../ui/random.ts'

/** What the phone remembers of a form: never lost by a reload, a call or an empty battery. */
export interface Draft {
  /** Dedupe key of the submission; a new one only after a receipt came. */
  submissionId: string
  fault: string
  phone: string
  name: string
  address: string
  location: { lat: number; lng: number; accuracyM: number } | null
  uploads: { upload: string; name: string }[]
  /** It was sent and no answer came: send it again when the page is opened or the network is back. */
  waiting: boolean
  /** Receipt of the last request of this link. */
  receipt: string | null
  receiptAt: number
}

const prefix = 'yitong.form.'
const person = 'yitong.form.person'

function read<T>(key: string): Partial<T> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<T>
  } catch {
    return {}
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Private mode: the form still works, it only forgets.
  }
}

/** The draft of a link; phone and name come from the last form filled in on this phone. */
export function openDraft(link: string): Draft {
  const known = read<Pick<Draft, 'phone' | 'name'>>(person)
  return {
    submissionId: randomKey(),
    fault: '',
    phone: known.phone ?? '',
    name: known.name ?? '',
    address: '',
    location: null,
    uploads: [],
    waiting: false,
    receipt: null,
    receiptAt: 0,
    ...read<Draft>(prefix + link),
  }
}

/** Keeps the draft. */
export function keepDraft(link: string, draft: Draft): void {
  write(prefix + link, draft)
}

/** After the receipt came: keeps it and who the customer is, and starts the next request with a new key. */
export function closeDraft(link: string, draft: Draft, receipt: string, nowMs: number): void {
  write(person, { phone: draft.phone, name: draft.name })
  write(prefix + link, { receipt, receiptAt: nowMs })
}

/** What the phone remembers of a message on the progress page until the hub has it. */
export interface ReplyDraft {
  /** Dedupe key of the message; a new one only after the hub answered. Empty: none was begun. */
  replyId: string
  text: string
  /** It was sent and no answer came: send it again when the network is back. */
  waiting: boolean
}

const replies = 'yitong.reply.'

/** The message that was begun on a progress page. */
export function openReply(receipt: string): ReplyDraft {
  const kept = read<ReplyDraft>(replies + receipt)
  return { text: '', waiting: false, ...kept, replyId: kept.replyId || randomKey() }
}

/** Keeps it. */
export function keepReply(receipt: string, draft: ReplyDraft): void {
  write(replies + receipt, draft)
}
