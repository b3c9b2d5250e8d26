import { DeliveryError } from '../../src/contract/channel.ts'

/** The access token was missing, wrong or too old; a new one is fetched and the call made again ("server-docs/api-call-guide/generic-error-code"). */
export const tokenCodes: ReadonlySet<number> = new Set([99991661, 99991663, 99991664, 99991668])

interface Rule {
  readonly retry: 'never' | 'later'
  /** Where the vendor names no time, ms. */
  readonly waitMs?: number
  readonly zh: string
  readonly en: string
}

const never = (zh: string, en: string): Rule => ({ retry: 'never', zh, en })
const later = (waitMs: number, zh: string, en: string): Rule => ({ retry: 'later', waitMs, zh, en })

/**
 * Feishu's error codes. They come with HTTP 200 as well as with 400, 403, 429 and 5xx, so the code decides. From "generic-error-code",
 * "frequency-control" and the error tables of "reference/im-v1/message" (create, reply, patch), "image/create", "file/create".
 */
const rules: ReadonlyMap<number, Rule> = new Map([
  // how often
  [99991400, later(5000, '调用太频繁。', 'Too many calls.')],
  [
    230020,
    later(2000, '对同一用户、群或消息的发送太频繁。', 'Too many messages to one person, group or card.'),
  ],
  [
    99991403,
    never(
      '本月的 API 调用额度已用完，下月 1 日恢复，或升级飞书版本。',
      'The API calls of this month are used up; they return on the 1st, or with a larger plan.',
    ),
  ],
  // the app
  [10003, never('App ID 或 App Secret 不正确。', 'The App ID or the App Secret is wrong.')],
  [10014, never('App Secret 不正确。', 'The App Secret is wrong.')],
  [10012, never('应用不存在。', 'There is no such app.')],
  [99991662, never('应用已停用。', 'The app is switched off.')],
  [
    99991672,
    never(
      '应用缺少所需权限，请在“权限管理”开通并发布版本。',
      'The app lacks a permission; grant it and publish a version.',
    ),
  ],
  [99991679, never('应用缺少所需权限。', 'The app lacks a permission.')],
  [41050, never('这个人不在应用的通讯录权限范围内。', 'The person is outside the app’s contact scope.')],
  [230006, never('应用没有开启机器人能力。', 'The bot is not switched on for the app.')],
  [230027, never('应用缺少发消息的权限。', 'The app lacks the permission to send.')],
  // the receiver
  [230001, never('请求参数有误。', 'A parameter is wrong.')],
  [230002, never('机器人不在这个群里。', 'The bot is not in the group.')],
  [230013, never('用户不在应用的可用范围内。', 'The person is outside the app’s availability.')],
  [230018, never('群设置不允许机器人发言。', 'The group does not let the bot speak.')],
  [230029, never('用户已离职。', 'The person has left the company.')],
  [230034, never('接收者 ID 不存在。', 'There is no such receiver.')],
  [230035, never('没有向该接收者发消息的权限。', 'Nothing may be sent to this receiver.')],
  [230038, never('不能跨租户发送单聊消息。', 'Direct messages do not cross tenants.')],
  [230053, never('用户已设置不接收该机器人的消息。', 'The person does not want messages of this bot.')],
  [232009, never('群已解散。', 'The group was dissolved.')],
  // the content
  [230022, never('内容含有敏感信息。', 'The content holds sensitive information.')],
  [230025, never('内容超过长度限制。', 'The content is too long.')],
  [230028, never('内容未通过审核。', 'The content did not pass the vendor’s review.')],
  [230055, never('文件类型与消息类型不符。', 'The file is not of the kind of the message.')],
  [230099, never('卡片内容有误。', 'The card is wrong.')],
  [200621, never('卡片 JSON 有误。', 'The JSON of the card is wrong.')],
  [234006, never('文件超过大小限制。', 'The file is too large.')],
  [234010, never('文件为空。', 'The file is empty.')],
  // what was sent before
  [230011, never('消息已被撤回。', 'The message was recalled.')],
  [
    230031,
    never('消息已超过 14 天，不能再更新。', 'The message is older than 14 days and cannot be changed.'),
  ],
  [230049, later(2000, '消息正在发送。', 'The message is being sent.')],
  [230054, never('这种消息不支持该操作。', 'This message does not allow that.')],
  [230110, never('消息已被删除。', 'The message was deleted.')],
])

/** What an old card says when it cannot be changed (any more), or is no card: a new one is sent instead. */
export const cardGone: ReadonlySet<number> = new Set([230001, 230011, 230031, 230054, 230110])
/** What the message that is answered says when it cannot be answered: the answer goes to the chat instead. */
export const replyGone: ReadonlySet<number> = new Set([230011, 230110])

/** A call that Feishu answered with an error, whatever the HTTP status was. */
export class FeishuFailure extends Error {
  override readonly name = 'FeishuFailure'
  readonly status: number
  /** Feishu's code; 0 when the answer had none. */
  readonly code: number
  /** What `x-ogw-ratelimit-reset` asks for, ms. */
  readonly waitMs: number | undefined

  constructor(status: number, code: number, message: string, waitMs?: number) {
    super(message || `Feishu answered ${status}`)
    this.status = status
    this.code = code
    this.waitMs = waitMs
  }
}

/** The failure as the outbox wants it. A code that is not in the table counts by its HTTP status. */
export function deliveryErrorOf(failure: FeishuFailure): DeliveryError {
  const { status, code, waitMs } = failure
  const rule = rules.get(code)
  const name = code ? String(code) : `http_${status}`
  if (rule) {
    const text = `${rule.en} (${failure.message})`
    return new DeliveryError(
      rule.retry,
      name,
      text,
      rule.retry === 'later' ? (waitMs ?? rule.waitMs) : undefined,
    )
  }
  const passes = status === 429 || status === 408 || status >= 500 || tokenCodes.has(code)
  return new DeliveryError(passes ? 'later' : 'never', name, failure.message, passes ? waitMs : undefined)
}

/** The failure in words for the set-up page. */
export function wordsOf(failure: FeishuFailure): { readonly zh: string; readonly en: string } {
  const rule = rules.get(failure.code)
  const said = `${failure.code || failure.status}: ${failure.message}`
  return rule ? { zh: `${rule.zh}(${said})`, en: `${rule.en} (${said})` } : { zh: said, en: said }
}
