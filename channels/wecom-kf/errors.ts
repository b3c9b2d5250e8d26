import type { ErrorTable } from '../_kit/errcode-api.ts'

/** Error codes of the customer-service interfaces besides the shared ones (documents 90313, 94669, 94677). */
export const kfErrors: ErrorTable = {
  40058: { retry: 'never', note: 'an argument is wrong' },
  40096: { retry: 'never', note: '客户 ID 不正确 / there is no such customer' },
  60030: { retry: 'never', note: '没有该客服账号的权限 / no permission for this customer-service account' },
  95000: { retry: 'never', note: '客服账号不存在 / there is no such customer-service account' },
  95001: {
    retry: 'never',
    note: '客户再次发言前已发满 5 条 / no more messages until the customer writes again',
  },
  95004: { retry: 'never', note: '客服账号不存在 / there is no such customer-service account' },
  95007: { retry: 'later', note: 'the token of the callback is too old' },
  95011: { retry: 'never', note: '企业微信已另行接入微信客服 / customer service is connected elsewhere' },
  95013: {
    retry: 'never',
    note: '会话已结束，等客户再次发言 / the conversation has ended until the customer writes',
  },
  95014: { retry: 'never', note: '接待人员不在接待状态 / the servicer is not receiving' },
  95016: { retry: 'never', note: 'the conversation may not go into this state' },
  95017: { retry: 'never', note: '没有权限，请在后台开启 API 管理 / not permitted: enable the API there' },
  95018: { retry: 'never', note: '会话状态不允许发送 / the state of the conversation allows no message' },
}
