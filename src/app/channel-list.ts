import type { ChannelLoaders } from './channels.ts'

/** The channels of this hub; each is loaded when an account of its kind exists. */
export const channelLoaders: ChannelLoaders = {
  api: async () => (await import('../../channels/api/index.ts')).apiChannel,
  dingtalk: async () => (await import('../../channels/dingtalk/index.ts')).default,
  email: async () => (await import('../../channels/email/index.ts')).default,
  feishu: async () => (await import('../../channels/feishu/index.ts')).feishuChannel,
  'phone-webhook': async () => (await import('../../channels/phone-webhook/index.ts')).phoneWebhookChannel,
  qr: async () => (await import('../../channels/qr/index.ts')).qrChannel,
  wecom: async () => (await import('../../channels/wecom/index.ts')).wecomChannel,
  'wecom-bot': async () => (await import('../../channels/wecom-bot/index.ts')).wecomBotChannel,
  'wechat-oa': async () => (await import('../../channels/wechat-oa/index.ts')).wechatOaChannel,
  'wecom-kf': async () => (await import('../../channels/wecom-kf/index.ts')).wecomKfChannel,
}
