import type { Trouble } from './chaos.ts'

/** An answer of the API. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const good = (body: unknown): Reply => ({ status: 200, body })

/** An error in the new API's form. */
export const bad = (status: number, code: string, message = code): Reply => ({
  status,
  body: { code, requestid: 'EMULATED-0000', message },
})

/** An error in the older API's form: HTTP 200. */
export const oldBad = (errcode: number, errmsg: string): Reply => good({ errcode, errmsg })

/** How DingTalk says it, by API; null for what is no plain answer. */
export function troubleReply(trouble: Trouble, isOld: boolean): Reply | null {
  switch (trouble) {
    case 'qps':
      return isOld
        ? oldBad(90018, 'request too fast')
        : bad(403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', '应用接口调用超过 QPS 限制')
    case 'global-qps':
      return isOld ? oldBad(90002, 'api too busy') : bad(403, 'Forbidden.AccessDenied.QpsLimitForApi')
    case 'monthly-quota':
      return isOld
        ? oldBad(90020, 'api count limit')
        : bad(403, 'Forbidden.AccessDenied.ApiCountLimitForOrg', '企业本月调用次数已达上限')
    case 'ip-ban':
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"emulated"}',
      }
    case 'system-busy':
      return isOld ? oldBad(-1, '系统繁忙') : bad(500, 'system.busy', '系统繁忙')
    case 'bad-gateway':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>502 Bad Gateway</html>' }
    case 'gateway-timeout':
    case 'gateway-timeout-after-doing-it':
      return {
        status: 504,
        headers: { 'content-type': 'text/html' },
        body: '<html>504 Gateway Time-out</html>',
      }
    case 'no-permission':
      return {
        status: 403,
        body: {
          code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
          requestid: 'EMULATED-0000',
          message: '应用尚未开通所需的权限：[qyapi_robot_sendmsg]',
          accessdenieddetail: { requiredScopes: ['qyapi_robot_sendmsg'] },
        },
      }
    default:
      return null
  }
}
