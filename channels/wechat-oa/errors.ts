import { DeliveryError } from '../../src/contract/channel.ts'
import type { ErrorTable } from '../_kit/errcode-api.ts'

const second = 1000
const minute = 60 * second

/**
 * Error codes of the official account's interfaces (developers.weixin.qq.com: Global Return Code, Customer Service Messages, Template
 * Messages). Codes that nobody knows are for a person to look at.
 */
export const errors: ErrorTable = {
  [-1]: { retry: 'later', waitMs: 2 * second, note: 'WeChat is busy' },
  40001: { retry: 'later', note: 'a fresh access token was refused' },
  40003: { retry: 'never', note: '这个 OpenID 不属于此公众号 / the OpenID is not of this account' },
  40007: { retry: 'never', note: 'the media id is invalid or older than three days' },
  40014: { retry: 'later', note: 'a fresh access token was refused' },
  40037: { retry: 'never', note: '模板 ID 不正确 / the template id is wrong' },
  41001: { retry: 'later', note: 'the access token was missing' },
  42001: { retry: 'later', note: 'a fresh access token was called too old' },
  43004: { retry: 'never', note: '对方已取消关注 / the receiver does not follow the account' },
  43101: { retry: 'never', note: '对方拒收 / the receiver does not take this message' },
  43116: { retry: 'never', note: '模板已失效 / the template is no longer valid' },
  45002: { retry: 'never', note: 'the text is too long' },
  45008: { retry: 'never', note: 'too many articles' },
  // The quota of a day begins anew at midnight (Beijing): waiting an hour at a time passes it.
  45009: {
    retry: 'later',
    waitMs: 60 * minute,
    note: '今天的调用次数已用完 / the quota of the day is used up',
  },
  45011: { retry: 'later', waitMs: minute, note: 'too many calls in this minute' },
  45015: {
    retry: 'never',
    note: '超过 48 小时或已取消关注 / the 48 hours are over or the receiver unfollowed',
  },
  45047: {
    retry: 'never',
    note: '对方再次发言前已发满条数 / no more messages until the customer writes again',
  },
  45065: { retry: 'never', note: 'the same message was sent before' },
  47003: { retry: 'never', note: '模板字段不符 / a template field does not fit' },
  40053: { retry: 'never', note: '二维码参数不正确 / the parameters of the QR code are wrong' },
  48001: { retry: 'never', note: '公众号没有此接口权限 / the account has no permission for this interface' },
  48004: { retry: 'never', note: '接口被封禁，请看公众平台 / the interface is banned, see mp.weixin.qq.com' },
  50002: { retry: 'never', note: '用户受限 / the user is restricted' },
}

const settings = '请检查 AppID 和 AppSecret / check AppID and AppSecret'

/** What the token interface says besides: there 40001 is about the secret. */
export const tokenErrors: ErrorTable = {
  ...errors,
  40001: { retry: 'never', note: settings },
  40002: { retry: 'never', note: settings },
  40013: { retry: 'never', note: settings },
  40125: { retry: 'never', note: settings },
  40164: {
    retry: 'never',
    note: '服务器的出口 IP 不在“IP 白名单”里，请添加错误信息里的 IP / add the IP to the list of allowed ones',
  },
  40243: { retry: 'never', note: 'AppSecret 已冻结 / the AppSecret is frozen' },
}

/** Codes that say that the access token is not good. */
export const tokenRefused: ReadonlySet<number> = new Set([40001, 40014, 42001])

/** Whether a customer-service message came too late or once too often, so that only a template can reach the customer. */
export function isOutsideWindow(error: unknown): error is DeliveryError {
  return error instanceof DeliveryError && (error.code === '45015' || error.code === '45047')
}
