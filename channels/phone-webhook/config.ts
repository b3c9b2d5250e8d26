import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

const path = z.string().max(300).default('')
const secret = z.string().min(8).max(500).optional().meta({ secret: true, essential: true })
/** Words of a choice whose values are names that everybody writes alike. */
const plain = <const T extends readonly string[]>(values: T, words: (value: string) => string = String) =>
  z.enum(values).meta({
    options: Object.fromEntries(values.map((value) => [value, { zh: words(value), en: words(value) }])),
  })
const place = {
  header: { zh: '请求头', en: 'Header' },
  query: { zh: '地址里的参数', en: 'Query string of the address' },
  field: { zh: '请求体的字段', en: 'Field of the body' },
}
const none = { zh: '没有', en: 'Nothing' }
const words = (defaults: string[]) => z.array(z.string().min(1).max(100)).max(50).default(defaults)

/**
 * Where each fact stands in a report. A path is a name (`CallNo`), members of members (`data.cdr[0].id`), `?name` for the query
 * string or `@name` for a header; several paths with `|` between them are tried in turn. Empty: this call center does not say it.
 */
const fields = z
  .object({
    callId: z.string().min(1).max(300).default('callId'),
    /** Names the step (ringing, hangup …); only needed where `readEvents` chooses among them. */
    event: path,
    direction: path,
    caller: path,
    callee: path,
    /** The customer's number, where the report names it besides caller and callee. */
    customer: path,
    customerName: path,
    /** The number that was dialled or shown, where it is neither caller nor callee. */
    hotline: path,
    agent: path,
    startedAt: path,
    answeredAt: path,
    endedAt: path,
    /** Talking time: seconds, `0:01:35` or `95秒`. */
    duration: path,
    recordingUrl: path,
    /** The server that goes before a recording's file name. */
    recordingServer: path,
    hangupCause: path,
    /** What the agent noted about the call. */
    note: path,
  })
  .prefault({})

/** How a report is signed. `signText` says over what; its placeholders are `{params}`, `{secret}`, `{body}` and names of fields. */
const sign = z
  .object({
    algorithm: plain(['md5', 'sha1', 'sha256', 'hmac-md5', 'hmac-sha1', 'hmac-sha256'], (value) =>
      value.toUpperCase(),
    ).default('hmac-sha256'),
    signText: z.string().min(1).max(500).default('{body}'),
    /** Between a name and its value in `{params}`. */
    pairSign: z
      .enum(['=', ':', 'none'])
      .default('=')
      .meta({ options: { '=': { zh: '=', en: '=' }, ':': { zh: ':', en: ':' }, none } }),
    /** Between the pairs of `{params}`, which stand in the order of their names. */
    joinSign: z
      .enum(['&', ',', '|', 'none'])
      .default('&')
      .meta({
        options: { '&': { zh: '&', en: '&' }, ',': { zh: ',', en: ',' }, '|': { zh: '|', en: '|' }, none },
      }),
    skipEmpty: z.boolean().default(true),
    signIn: z.enum(['header', 'query', 'field']).default('header').meta({ options: place }),
    signName: z.string().min(1).max(100).default('x-signature'),
    encoding: z
      .enum(['hex', 'base64'])
      .default('hex')
      .meta({ options: { hex: { zh: '十六进制', en: 'Hex' }, base64: { zh: 'Base64', en: 'Base64' } } }),
    /** Before the signature, e.g. `sha256=`. */
    signPrefix: z.string().max(20).default(''),
    /** The header, query member or field that carries the time; the signature should cover it. Empty: none. */
    timestampName: z.string().max(100).default(''),
    /** How old a signed report may be, seconds. */
    toleranceSeconds: z.int().min(10).max(86_400).default(300),
  })
  .prefault({})

/** Settings of one call center's account. At least one proof is needed; of several each must hold. */
export const phoneConfigSchema = z
  .object({
    /** Proof: a signature, made as `sign` says. */
    signSecret: secret,
    /** Proof: a key that we chose and that the address (or a header) carries. */
    staticKey: secret,
    /** Proof: `Authorization: Bearer …`. */
    bearerToken: secret,
    /** Proof: HTTP Basic. */
    basicUser: z.string().max(200).default('').meta({ essential: true }),
    basicPassword: secret,
    /** Proof: the call center's addresses or ranges (`203.0.113.0/24`); behind a proxy TRUST_PROXY must be set. */
    addresses: z
      .array(z.string().regex(/^[0-9a-f.:]+(\/\d{1,3})?$/i))
      .max(100)
      .default([])
      .meta({ essential: true }),
    staticKeyIn: z
      .enum(['query', 'header'])
      .default('query')
      .meta({ options: { query: place.query, header: place.header } }),
    staticKeyName: z.string().min(1).max(100).default('key'),
    sign,
    /** Path of the list of calls where a report holds several; empty: the report is a call or a list of calls. */
    items: path,
    fields,
    /** Steps that are read; others are acknowledged and left. Empty: all. */
    readEvents: words([]),
    /** Values of `direction` that mean that the customer called. */
    inbound: words(['in', 'inbound', 'incoming', 'callin', '呼入']),
    /** Values that mean that we called. */
    outbound: words(['out', 'outbound', 'outgoing', 'callout', 'dialout', '呼出']),
    /** What any other value means, or none at all. */
    otherwise: z
      .enum(['in', 'out', 'ignore'])
      .default('in')
      .meta({
        options: {
          in: { zh: '呼入', en: 'Incoming' },
          out: { zh: '呼出', en: 'Outgoing' },
          ignore: { zh: '不读取', en: 'Left out' },
        },
      }),
    /** `auto`: seconds, milliseconds, or `YYYY-MM-DD HH:mm:ss` in `utcOffset`. */
    timeFormat: z
      .enum(['auto', 'seconds', 'milliseconds', 'local'])
      .default('auto')
      .meta({
        options: {
          auto: { zh: '自动识别', en: 'Found by itself' },
          seconds: { zh: '秒（时间戳）', en: 'Seconds since 1970' },
          milliseconds: { zh: '毫秒（时间戳）', en: 'Milliseconds since 1970' },
          local: { zh: '年-月-日 时:分:秒', en: 'YYYY-MM-DD HH:mm:ss' },
        },
      }),
    utcOffset: z
      .string()
      .regex(/^[+-]\d{2}:\d{2}$/)
      .default('+08:00'),
    /** How a recording with two tracks is laid out; `unknown`: the parties are apart, but not known which is which. */
    stereo: z
      .enum(['mixed', 'customer-first', 'agent-first', 'unknown'])
      .default('unknown')
      .meta({
        options: {
          mixed: { zh: '两个声道内容相同', en: 'Both tracks hold everybody' },
          'customer-first': { zh: '左声道是客户', en: 'The customer is on the left' },
          'agent-first': { zh: '左声道是坐席', en: 'The agent is on the left' },
          unknown: { zh: '分开，但不知道哪边是谁', en: 'Apart, but not known which is whose' },
        },
      }),
    /** Before recording addresses that are only file names. */
    recordingBase: z.string().max(500).default(''),
    /** Sent when a recording is fetched. */
    recordingToken: z.string().min(1).max(2000).optional().meta({ secret: true }),
    recordingTokenIn: z
      .enum(['header', 'query'])
      .default('header')
      .meta({ options: { header: place.header, query: place.query } }),
    recordingTokenName: z.string().min(1).max(100).default('Authorization'),
    /** From the report to the first try, seconds. */
    firstTrySeconds: z.int().min(0).max(3600).default(5),
    /** From the report to giving up on the recording, hours. */
    giveUpHours: z.int().min(1).max(168).default(24),
    /** Largest recording, MB. */
    maxRecordingMb: z.int().min(1).max(500).default(100),
    /** The answer that the call center takes as "received". */
    ackBody: z.string().max(500).default('{"code":0,"msg":"ok"}'),
  })
  .refine((config) => proofsOf(config).length > 0, {
    path: ['signSecret'],
    message: both(
      '至少需要一种验证方式：签名、固定密钥、Bearer、Basic 或 IP 白名单',
      'At least one proof is needed: a signature, a key, Bearer, Basic, or addresses',
    ),
  })
  .refine((config) => !config.basicPassword || config.basicUser !== '', {
    path: ['basicUser'],
    message: both('请填写 Basic 认证的用户名', 'Basic needs a user name'),
  })

/** Settings of one call center's account. */
export type PhoneConfig = z.infer<typeof phoneConfigSchema>

/** A way in which a report proves where it comes from. */
export type Proof = 'sign' | 'key' | 'bearer' | 'basic' | 'address'

/** What proofs are checked with. */
interface Secrets {
  readonly signSecret?: string | undefined
  readonly staticKey?: string | undefined
  readonly bearerToken?: string | undefined
  readonly basicPassword?: string | undefined
  readonly addresses: readonly string[]
}

/** The proofs that an account demands. */
export function proofsOf(config: Secrets): readonly Proof[] {
  const demanded: readonly (readonly [Proof, boolean])[] = [
    ['address', config.addresses.length > 0],
    ['key', config.staticKey !== undefined],
    ['bearer', config.bearerToken !== undefined],
    ['basic', config.basicPassword !== undefined],
    ['sign', config.signSecret !== undefined],
  ]
  return demanded.filter(([, on]) => on).map(([proof]) => proof)
}
