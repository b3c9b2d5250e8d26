import type { SetupPreset } from '../../src/contract/channel.ts'

/** DingTalk and its international edition, which have different addresses. */
export const presets: readonly SetupPreset[] = [
  {
    key: 'china',
    zh: '钉钉',
    en: 'DingTalk',
    config: { baseUrl: 'https://api.dingtalk.com', oapiUrl: 'https://oapi.dingtalk.com' },
    note: {
      zh: '国内版的接口地址是 api.dingtalk.com。',
      en: "The Chinese edition's API is at api.dingtalk.com.",
    },
  },
  {
    key: 'international',
    zh: '钉钉国际版',
    en: 'DingTalk International',
    config: { baseUrl: 'https://api.dingtalk.io', oapiUrl: 'https://oapi.dingtalk.io' },
    note: {
      zh: '国际版的接口地址是 api.dingtalk.io。',
      en: 'The international edition’s API is at api.dingtalk.io.',
    },
  },
]
