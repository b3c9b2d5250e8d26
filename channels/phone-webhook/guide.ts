import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '选择呼叫中心平台;没有列出的选“其他”,按对方文档填写字段的路径。',
    en: 'Choose the platform of the call center; for one that is not listed choose other and enter the paths of its fields from its documents.',
  },
  {
    zh: '至少填一种校验:签名密钥、固定密钥、Bearer、Basic 或来源 IP。没有任何校验的账号不能保存。',
    en: 'Enter at least one proof: signature secret, fixed key, Bearer, Basic or addresses. Without any the account cannot be saved.',
    fields: ['signSecret', 'staticKey', 'bearerToken', 'addresses'],
  },
  {
    zh: '保存后,把下方的回调地址填到平台的推送设置(推送设置、话单推送或事件推送)。用地址里的固定密钥时,在后面加上 ?key=密钥。',
    en: "After saving, paste the callback address below in the platform's push settings (推送设置, 话单推送, 事件推送). With a fixed key in the address append ?key=the key.",
    callback: true,
  },
  {
    zh: '打一通电话。如果没有出现,“收件健康”页会显示收到的报告里有哪些字段,改好路径后可以重新处理。',
    en: 'Make one call. If it does not appear, the health page names the fields that the report holds; correct the path and let it run again.',
  },
]
