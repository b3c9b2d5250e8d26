import { createHash, createHmac } from 'node:crypto'

/** A call as it happens at the emulated call center; times in ms. */
export interface EmulatedCall {
  readonly id: string
  readonly direction: 'in' | 'out'
  /** The customer's number; empty when it is withheld. */
  readonly customer: string
  readonly hotline: string
  readonly agent: string
  readonly startedAt: number
  /** Null when nobody answers. */
  readonly answeredAt: number | null
  readonly endedAt: number
  /** Name of the recording on the recording server; null when none is made. */
  readonly recording: string | null
  readonly note?: string
}

/** Steps that call centers report. */
export type Step = 'ringing' | 'answered' | 'hangup' | 'recording'

/** One push on the wire, before it has a host. */
export interface Push {
  readonly method: 'GET' | 'POST'
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What a style needs to know besides the call. */
export interface Keys {
  /** Signs, or stands in the address or the Basic header, as the style has it. */
  readonly secret: string
  /** `http://host:port` of the recording server. */
  readonly recordings: string
  readonly nowMs: number
}

const nothing = new Uint8Array()
const bytes = (text: string) => new TextEncoder().encode(text)
const json = (value: unknown) => bytes(JSON.stringify(value))
const jsonType = { 'content-type': 'application/json;charset=utf8' }
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const seconds = (ms: number | null) => (ms === null ? 0 : Math.floor(ms / 1000))
/** `2026-11-27 10:00:00` on Chinese clocks; empty when there is no moment. */
const local = (ms: number | null) =>
  ms === null ? '' : new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const talked = (call: EmulatedCall) => seconds(call.answeredAt === null ? 0 : call.endedAt - call.answeredAt)
const caller = (call: EmulatedCall) => (call.direction === 'in' ? call.customer : call.hotline)
const callee = (call: EmulatedCall) => (call.direction === 'in' ? call.hotline : call.customer)

type Style = (call: EmulatedCall, step: Step, keys: Keys) => Push | null

/** Our own documented form: several steps, signed over time and body. */
const generic: Style = (call, step, { secret, recordings, nowMs }) => {
  const facts = {
    callId: call.id,
    event: step,
    direction: call.direction,
    caller: caller(call),
    callee: callee(call),
    startedAt: call.startedAt,
    ...(step === 'ringing' ? {} : { agent: call.agent, answeredAt: call.answeredAt }),
    ...(step === 'hangup' || step === 'recording' ? { endedAt: call.endedAt, note: call.note ?? '' } : {}),
    ...(step === 'recording' && call.recording
      ? { recordingUrl: `${recordings}/rec/${call.recording}` }
      : {}),
  }
  if (step === 'recording' && !call.recording) return null
  const body = json(facts)
  const time = String(seconds(nowMs))
  const mac = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
  return {
    method: 'POST',
    query: {},
    headers: { ...jsonType, 'x-timestamp': time, 'x-signature': mac },
    body,
  }
}

/** Form fields, signed with the upper-case MD5 of the sorted pairs and the secret: the way of many small platforms. */
const md5Form: Style = (call, step, { secret, recordings }) => {
  if (step !== 'hangup') return null
  const fields: Record<string, string> = {
    uuid: call.id,
    type: call.direction === 'in' ? 'callin' : 'callout',
    disnumber: caller(call),
    destnumber: callee(call),
    userid: call.agent,
    starttime: local(call.startedAt),
    answertime: local(call.answeredAt),
    endtime: local(call.endedAt),
    billsec: String(talked(call)),
    recordurl: call.recording ? `${recordings}/rec/${call.recording}` : '',
    remark: call.note ?? '',
  }
  const text = Object.keys(fields)
    .sort()
    .filter((name) => fields[name] !== '')
    .map((name) => `${name}=${fields[name]}`)
    .join('&')
  const sign = createHash('md5').update(`${text}&key=${secret}`).digest('hex').toUpperCase()
  const body = bytes(new URLSearchParams({ ...fields, sign }).toString())
  return { method: 'POST', query: {}, headers: formType, body }
}

/** Tencent Cloud Contact Center: Basic, the kind of push in the query string, a recording for each party. */
const tccc: Style = (call, step, { secret, recordings }) => {
  if (step !== 'hangup' && step !== 'recording') return null
  if (step === 'recording' && !call.recording) return null
  const authorization = `Basic ${Buffer.from(`tccc:${secret}`).toString('base64')}`
  const body =
    step === 'hangup'
      ? {
          SdkAppId: 1400000001,
          SessionId: call.id,
          Caller: caller(call),
          Callee: callee(call),
          Direction: call.direction === 'in' ? 0 : 1,
          Duration: talked(call),
          SeatUser: { Mail: call.agent },
          StartTimestamp: seconds(call.startedAt),
          AcceptTimestamp: seconds(call.answeredAt),
          EndedTimestamp: seconds(call.endedAt),
          EndStatusString: call.answeredAt === null ? 'ringNoAnswer' : 'ok',
        }
      : {
          SdkAppId: 1400000001,
          RecordId: String(seconds(call.endedAt)),
          SessionId: call.id,
          Timestamp: seconds(call.endedAt),
          EndpointUser: call.customer,
          RecordURL: `${recordings}/rec/${call.recording}`,
        }
  return {
    method: 'POST',
    query: { action: step === 'hangup' ? 'cdr' : 'record', version: '1' },
    headers: { ...jsonType, authorization },
    body: json(body),
  }
}

/** 7moor: a GET for each step, everything in the query string, no signature. */
const sevenMoor: Style = (call, step, { secret, recordings }) => {
  if (step === 'recording') return null
  const query: Record<string, string> = {
    key: secret,
    CallSheetID: call.id,
    CallState: { ringing: 'Ring', answered: 'Link', hangup: 'Hangup' }[step],
    CallType: call.direction === 'in' ? 'normal' : 'dialout',
    CallNo: caller(call),
    CalledNo: callee(call),
    Ring: local(call.startedAt),
    Begin: step === 'ringing' ? '' : local(call.answeredAt),
    End: step === 'hangup' ? local(call.endedAt) : '',
    Agent: call.agent,
    State: call.answeredAt === null ? 'notDeal' : 'dealing',
  }
  if (step === 'hangup' && call.recording)
    Object.assign(query, { FileServer: recordings, RecordFile: `rec/${call.recording}` })
  return { method: 'GET', query, headers: {}, body: nothing }
}

/** Uincall: one JSON for the whole call. */
const uincall: Style = (call, step, { secret, recordings }) => {
  if (step !== 'hangup') return null
  const body = {
    serviceSn: call.id,
    account: call.hotline,
    callingid: call.direction === 'in' ? call.customer : call.hotline,
    calledid: call.direction === 'in' ? '18600000000' : call.customer,
    extension: call.agent,
    inOrOut: call.direction === 'in' ? 'inbound' : 'outbound',
    startTime: local(call.startedAt),
    opAnswerTime: local(call.answeredAt),
    opHangupTime: local(call.endedAt),
    endTime: local(call.endedAt),
    duration: talked(call),
    recStatus: call.recording ? '1' : '0',
    recordUrl: call.recording ? `${recordings}/rec/${call.recording}` : '',
  }
  return { method: 'POST', query: { key: secret }, headers: jsonType, body: json(body) }
}

/** Alibaba Cloud AICCS: lists of records and, in a push of its own, lists of recordings. */
const aliyun: Style = (call, step, { secret, recordings }) => {
  if (step !== 'hangup' && step !== 'recording') return null
  if (step === 'recording' && !call.recording) return null
  const duration = String(talked(call))
  const record =
    step === 'hangup'
      ? {
          call_id: call.id,
          caller: caller(call),
          callee: callee(call),
          originate_time: local(call.startedAt),
          b_start_time: local(call.answeredAt),
          end_time: local(call.endedAt),
          duration,
          status_code: '200003',
          status_msg: '执行完成',
          voice_type: 'voice',
        }
      : {
          call_id: call.id,
          start_time: local(call.answeredAt),
          end_time: local(call.endedAt),
          duration,
          record_file: `${recordings}/rec/${call.recording}`,
          record_begin_time: local(call.answeredAt),
        }
  return { method: 'POST', query: { key: secret }, headers: jsonType, body: json([record]) }
}

/** The styles by the key of the preset that reads them; `md5-form` is read with settings made by hand. */
export const styles = {
  generic,
  'md5-form': md5Form,
  tccc,
  '7moor': sevenMoor,
  uincall,
  'aliyun-aiccs': aliyun,
} as const satisfies Readonly<Record<string, Style>>

/** A way of pushing. */
export type StyleName = keyof typeof styles

/** Whether an answer ends the redelivery, as the style's platform decides it. */
export function accepts(style: StyleName, status: number, body: string): boolean {
  if (status !== 200) return false
  if (style !== 'tccc' && style !== 'aliyun-aiccs') return true
  try {
    const answer = JSON.parse(body) as Record<string, unknown>
    return style === 'tccc' ? answer.ErrCode === 0 : typeof answer.code === 'number'
  } catch {
    return false
  }
}
