import { randomBytes } from 'node:crypto'
import { type Miss, type RecordingServer, startRecordingServer } from './recordings.ts'
import { accepts, type EmulatedCall, type Push, type Step, type StyleName, styles } from './styles.ts'

/** Pauses before a push is tried again, ms: 1, 5 and 10 minutes (AICCS); scaled down by `hurry`. */
const ladder = [60_000, 300_000, 600_000]

/** What became of a push. */
export interface Delivered {
  readonly step: Step
  readonly tries: number
  readonly accepted: boolean
  readonly status: number
}

/** Something that a person does at the emulated call center. */
export interface CallPlan {
  readonly from?: string
  readonly direction?: 'in' | 'out'
  readonly agent?: string
  readonly answered?: boolean
  readonly talkMs?: number
  readonly recording?: Uint8Array
  /** How the recording server fails before it gives the recording out. */
  readonly misses?: readonly Miss[]
  readonly contentType?: string
  readonly note?: string
}

/** A call center on loopback: it pushes reports the way a platform does, and holds the recordings. */
export interface CallCenter {
  readonly style: StyleName
  /** To be entered in the account: signs, or is the key or password. */
  readonly secret: string
  readonly recordings: RecordingServer
  /** Makes a call: nothing is pushed yet. */
  call(plan: CallPlan): EmulatedCall
  /** The pushes of a call, in order, signed at a moment. */
  pushes(call: EmulatedCall, nowMs?: number): { readonly step: Step; readonly push: Push }[]
  /** Sends the pushes of a call to a hub's callback address, again while they are not accepted. */
  report(call: EmulatedCall, address: string, chaos?: Chaos): Promise<Delivered[]>
  close(): Promise<void>
}

/** What goes wrong on the way. */
export interface Chaos {
  /** Each push is delivered twice. */
  readonly twice?: boolean
  /** The last step first. */
  readonly backwards?: boolean
  /** Divides the pauses of the redelivery ladder. */
  readonly hurry?: number
}

const steps: readonly Step[] = ['ringing', 'answered', 'hangup', 'recording']

/** Starts a call center that speaks one style, with a random secret. */
export async function startCallCenter(
  style: StyleName,
  options: { readonly now?: () => number; readonly hotline?: string } = {},
): Promise<CallCenter> {
  const recordings = await startRecordingServer()
  const secret = randomBytes(16).toString('hex')
  const now = options.now ?? Date.now
  let calls = 0

  const pushes = (call: EmulatedCall, nowMs = now()) =>
    steps.flatMap((step) => {
      if (step === 'answered' && call.answeredAt === null) return []
      const push = styles[style](call, step, { secret, recordings: recordings.url, nowMs })
      return push ? [{ step, push }] : []
    })

  return {
    style,
    secret,
    recordings,
    pushes,
    call(plan) {
      const id = `${style}-${++calls}-${randomBytes(4).toString('hex')}`
      const { talkMs = 60_000, answered = true, recording, misses, contentType } = plan
      const endedAt = now()
      const answeredAt = answered ? endedAt - talkMs : null
      const name = recording ? `${id}.wav` : null
      if (recording && name) {
        recordings.put(name, recording, {
          ...(misses ? { misses } : {}),
          ...(contentType ? { contentType } : {}),
        })
      }
      return {
        id,
        direction: plan.direction ?? 'in',
        customer: plan.from ?? '13605712844',
        hotline: options.hotline ?? '4008001234',
        agent: answered ? (plan.agent ?? '1024') : '',
        startedAt: (answeredAt ?? endedAt) - 8_000,
        answeredAt,
        endedAt,
        recording: name,
        ...(plan.note ? { note: plan.note } : {}),
      }
    },
    async report(call, address, chaos = {}) {
      const ordered = chaos.backwards ? pushes(call).reverse() : pushes(call)
      const delivered: Delivered[] = []
      for (const { step, push } of ordered) {
        delivered.push(await deliver(style, step, push, address, chaos))
        if (chaos.twice) delivered.push(await deliver(style, step, push, address, chaos))
      }
      return delivered
    },
    close: () => recordings.close(),
  }
}

async function deliver(
  style: StyleName,
  step: Step,
  push: Push,
  address: string,
  { hurry = 1 }: Chaos,
): Promise<Delivered> {
  const url = new URL(address)
  for (const [name, value] of Object.entries(push.query)) url.searchParams.set(name, value)
  for (let tries = 1; ; tries++) {
    const body = push.method === 'POST' ? { body: Buffer.from(push.body) } : {}
    const answer = await fetch(url, { method: push.method, headers: push.headers, ...body })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => ({ status: 0, text: '' }))
    const accepted = accepts(style, answer.status, answer.text)
    const pause = ladder[tries - 1]
    if (accepted || pause === undefined) return { step, tries, accepted, status: answer.status }
    await new Promise((resolve) => setTimeout(resolve, pause / hurry))
  }
}
