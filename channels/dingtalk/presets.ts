import type { SetupPreset } from '../../src/contract/channel.ts'

/** DingTalk and its international edition, which have different addresses. */
export const presets: readonly SetupPreset[] = [
  {
    key: 'china',
    zh: '钉钉',
    en: 'DingTalk',
    config: { baseUrl: 'https://api.dingtalk.com', oapiUrl: 'https://oapi.dingtalk.com' },
    note: {
      zh: '在 open-dev.dingtalk.com 创建“企业内部应用”,添加“机器人”能力,消息接收模式选 Stream,发布后填入 Client ID 和 Client Secret。',
      en: 'Create an internal app at open-dev.dingtalk.com, add a robot with message mode Stream, publish it, then enter its Client ID and Client Secret.',
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
