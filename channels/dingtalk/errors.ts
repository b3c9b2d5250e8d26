import { DeliveryError } from '../../src/contract/channel.ts'
import { isPutOff } from '../_kit/delivery.ts'
import { limits } from './limits.ts'

/** What DingTalk answered. `code` is null when it did what it was asked. */
export interface Answer {
  readonly status: number
  readonly code: string | null
  readonly message: string
  readonly body: Record<string, unknown>
  /** From a `Retry-After` header. */
  readonly waitMs?: number | undefined
}

interface ErrorRow {
  /** The code itself, or the beginning of all codes that it stands for when it ends with `*`. */
  readonly codes: readonly string[]
  readonly retry: 'never' | 'later' | 'unknown'
  readonly waitMs?: number
  /** What a person has to do. */
  readonly advice?: string
}

/**
 * DingTalk's error codes, first match wins. Documents (open.dingtalk.com): "how-to-process-api-throttling-on-the-dingtalk-server"
 * (throttling), "server-api-error-codes-1" (global), "create-and-deliver-cards" and "interactive-card-update-interface" (cards),
 * developerpedia "best-practices/retry" (timeouts). Codes of the older API are numbers.
 */
const table: readonly ErrorRow[] = [
  {
    codes: ['Forbidden.AccessDenied.ApiCountLimitForOrg', '90020'],
    retry: 'never',
    advice:
      '企业本月的 API 调用次数已用完，请升级套餐或等到下月 1 日。The organisation’s monthly API quota is used up.',
  },
  {
    codes: [
      'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi',
      'Forbidden.AccessDenied.QpsLimit*',
      '90018',
      '90002',
    ],
    retry: 'later',
    waitMs: limits.qpsWaitMs,
  },
  {
    codes: ['ip_banned'],
    retry: 'later',
    waitMs: limits.bannedWaitMs,
    advice: '本机 IP 调用过于频繁，被禁用 5 分钟。This address is banned for five minutes: too many calls.',
  },
  {
    codes: ['Forbidden.AccessDenied.IpNotInWhiteList', '60020'],
    retry: 'never',
    advice: '服务器出口 IP 不在应用的白名单里。This server’s address is not on the application’s list.',
  },
  {
    codes: ['Forbidden.AccessDenied.AccessTokenPermissionDenied', '60011'],
    retry: 'never',
    advice: '应用没有这个接口的权限，请在“权限管理”申请。The application lacks this permission.',
  },
  {
    codes: ['invalidClientIdOrSecret', 'authFailed', '40089'],
    retry: 'never',
    advice: 'Client ID 或 Client Secret 不正确。The Client ID or the Client Secret is wrong.',
  },
  // After a fresh token was refused too.
  {
    codes: ['InvalidAuthentication', 'invalidAuthentication', '40014', '42001', '40001', '88'],
    retry: 'later',
    waitMs: limits.crowdedWaitMs,
  },
  { codes: ['Forbidden*', 'unauthorized'], retry: 'never' },
  {
    codes: ['staffId.notExisted', 'invalidParameter.userIds.invalid'],
    retry: 'never',
    advice: '对方不在本企业，或没有使用机器人的权限。The person is not in the organisation.',
  },
  { codes: ['group.disbanded', 'invalidParameter.openConversationId*'], retry: 'never' },
  {
    codes: ['bot.stopped', 'robot.notExisted', 'resource.not.found', 'invalidParameter.robotCode*'],
    retry: 'never',
    advice: '机器人已停用，或 robotCode 不正确。The robot is stopped, or its robotCode is wrong.',
  },
  {
    codes: ['send.too.fast', 'send.byToken.tooFast', 'too.many.*', 'flow_controlled'],
    retry: 'later',
    waitMs: limits.crowdedWaitMs,
  },
  { codes: ['system.busy', 'system.err*', 'ServiceUnavailable', '-1'], retry: 'later' },
  // DingTalk's own gateway gave up after 3 s, or found nobody behind it; the call may still have been done.
  { codes: ['http_5*', '15', 'unreadable'], retry: 'unknown' },
]

/** Codes by which DingTalk says that a token is not (or no more) good: the new API's names and the older one's numbers. */
const tokenCodes = new Set([
  'InvalidAuthentication',
  'invalidAuthentication',
  'invalidParameter.token.invalid',
  'token.notExisted',
  '40014',
  '42001',
  '40001',
])

/** Whether a new token may help. */
export const isTokenRefused = (answer: Answer) => answer.code !== null && tokenCodes.has(answer.code)

/** A template that cannot be used: the card goes out as a message with buttons instead. */
export const isTemplateUnusable = (answer: Answer) =>
  answer.code !== null &&
  [
    'param.templateNotExist',
    'param.templateUnpublished',
    'template.stopped',
    'Forbidden.AccessDenied.AccessTokenPermissionDenied',
  ].includes(answer.code)

/** No card of that outTrackId (any more). */
export const isCardGone = (answer: Answer) =>
  answer.code === 'param.cardNotExist' || answer.code === 'cardInstanceNotExist'

/**
 * What a failed call means. `repeatable`: doing it twice is doing it once, so that an unknown outcome is simply tried again.
 */
export function failureOf(answer: Answer, repeatable: boolean): DeliveryError {
  const code = answer.code ?? 'unreadable'
  if (isPutOff(answer.status, answer.waitMs) && code === `http_${answer.status}`) {
    return new DeliveryError(
      'later',
      code,
      answer.message || `DingTalk answered ${answer.status}`,
      answer.waitMs,
    )
  }
  const row = table.find(({ codes }) => codes.some((each) => matches(each, code)))
  const retry = row?.retry ?? 'never'
  const words = [answer.message || `DingTalk answered ${answer.status}`, row?.advice ?? ''].filter(Boolean)
  return new DeliveryError(
    retry === 'unknown' && repeatable ? 'later' : retry,
    code,
    words.join(' '),
    answer.waitMs ?? row?.waitMs,
  )
}

function matches(pattern: string, code: string): boolean {
  return pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern
}
