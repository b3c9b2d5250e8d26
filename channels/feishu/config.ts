import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

/** Where Feishu answers; Lark (international) is https://open.larksuite.com, a private cloud has a host of its own. */
export const defaultBaseUrl = 'https://open.feishu.cn'

/**
 * A Feishu account: one self-built app (企业自建应用) with a bot. Its values are found on the app's pages of the developer console:
 * 凭证与基础信息 (Credentials & Basic Info) and 事件与回调 › 加密策略 (Events & Callbacks › Encryption Strategy).
 */
export const feishuConfigSchema = z
  .object({
    /** How events come. The same must be chosen on the vendor's page, for events and for callbacks. */
    mode: z
      .enum(['long-connection', 'webhook'])
      .default('long-connection')
      .meta({
        essential: true,
        options: {
          'long-connection': {
            zh: '长连接：由本系统连接飞书，不需要公网地址',
            en: 'Long connection: the hub connects, no public address is needed',
          },
          webhook: {
            zh: 'Webhook：飞书推送到回调地址',
            en: 'Webhook: Feishu posts to the callback address',
          },
        },
      }),
    /** The official client silently does nothing with an id of another form. */
    appId: z
      .string()
      .regex(
        /^cli_[0-9a-fA-F]{16}$/,
        both('应为 cli_ 加 16 位十六进制', 'It is "cli_" and 16 hexadecimal digits'),
      )
      .meta({ hint: { zh: '在“凭证与基础信息”复制。', en: 'Copy it from Credentials & Basic Info.' } }),
    appSecret: z
      .string()
      .min(1)
      .max(200)
      .meta({
        secret: true,
        hint: { zh: '在“凭证与基础信息”复制。', en: 'Copy it from Credentials & Basic Info.' },
      }),
    /** Deliveries are then encrypted and signed. Webhook mode only. */
    encryptKey: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({
        secret: true,
        essential: true,
        modes: ['webhook'],
        hint: {
          zh: '在“事件与回调 › 加密策略”设置后复制。',
          en: 'Set it under Events & Callbacks › Encryption Strategy and copy it.',
        },
      }),
    /** All that proves an unencrypted delivery (README.md says how little that is). Webhook mode only. */
    verificationToken: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({
        secret: true,
        essential: true,
        modes: ['webhook'],
        hint: {
          zh: '没有 Encrypt Key 时只靠它验证，安全性低。',
          en: 'Without an Encrypt Key it is the only proof, and a weak one.',
        },
      }),
    /** Mentions of the bot are left out of what people say; found by itself where Feishu marks bots. */
    botOpenId: z
      .string()
      .regex(/^ou_/)
      .max(100)
      .optional()
      .meta({
        hint: {
          zh: '一般不用填；“测试连接”能查到。',
          en: 'Usually not needed; the connection test finds it.',
        },
      }),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(300)
      .default(defaultBaseUrl)
      .transform((url) => url.replace(/\/+$/, ''))
      .meta({
        hint: {
          zh: 'Lark 填 https://open.larksuite.com；私有化部署填自己的域名。',
          en: 'https://open.larksuite.com for Lark, or the host of a private deployment.',
        },
      }),
  })
  .refine((config) => config.mode !== 'webhook' || config.encryptKey || config.verificationToken, {
    path: ['encryptKey'],
    message: both(
      'Webhook 方式需要 Encrypt Key（推荐）或 Verification Token',
      'Webhook mode needs the Encrypt Key (better) or the Verification Token',
    ),
  })

/** Settings of one Feishu account. */
export type FeishuConfig = z.infer<typeof feishuConfigSchema>
