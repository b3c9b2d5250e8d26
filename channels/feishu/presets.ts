import type { SetupPreset } from '../../src/contract/channel.ts'
import { defaultBaseUrl } from './config.ts'

/** The ways in which a Feishu app can be connected, the easiest first. */
export const presets: readonly SetupPreset[] = [
  {
    key: 'long-connection',
    zh: '飞书，长连接',
    en: 'Feishu, long connection',
    config: { mode: 'long-connection', baseUrl: defaultBaseUrl },
    note: {
      zh: '不需要公网地址。填写 App ID 和 App Secret 即可，先保存并连上，再到飞书后台选择“使用长连接接收事件”。',
      en: 'Needs no public address: App ID and App Secret are enough. Save here and connect first, then choose the long connection in Feishu’s console.',
    },
  },
  {
    key: 'webhook',
    zh: '飞书，Webhook',
    en: 'Feishu, webhook',
    config: { mode: 'webhook', baseUrl: defaultBaseUrl },
    note: {
      zh: '需要公网 https 地址。请在“事件与回调 › 加密策略”设置 Encrypt Key 并填到这里。',
      en: 'Needs a public https address. Set an Encrypt Key under Events & Callbacks › Encryption Strategy and enter it here.',
    },
  },
  {
    key: 'lark',
    zh: 'Lark 国际版，Webhook',
    en: 'Lark, webhook',
    config: { mode: 'webhook', baseUrl: 'https://open.larksuite.com' },
    note: {
      zh: '国际版的长连接不一定可用，请使用 Webhook。',
      en: 'The long connection may not be available outside Feishu; use the webhook.',
    },
  },
]
