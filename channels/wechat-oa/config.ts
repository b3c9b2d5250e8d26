import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

/** WeChat's servers; a proxy or an emulator may stand in their place. */
const wechatBaseUrl = 'https://api.weixin.qq.com'

/** An official account (公众号 or 服务号). */
export const wechatOaConfigSchema = z.object({
  appId: z
    .string()
    .regex(/^wx[0-9a-f]{16}$/, both('以 wx 开头，共 18 位', 'It begins with wx and has 18 characters'))
    .meta({
      hint: {
        zh: '公众平台 › 设置与开发 › 开发接口管理 › 开发者 ID。',
        en: 'The developer id on mp.weixin.qq.com.',
      },
    }),
  appSecret: z
    .string()
    .min(16)
    .max(128)
    .meta({
      secret: true,
      hint: {
        zh: '同一页“启用/重置”后只显示一次。',
        en: 'Shown once on the same page when it is reset.',
      },
    }),
  token: z
    .string()
    .min(3)
    .max(32)
    .meta({
      secret: true,
      hint: {
        zh: '自己定，3-32 位字母或数字，两边相同。',
        en: 'Made up by you: 3 to 32 letters or digits, the same on both sides.',
      },
    }),
  /** Without it messages are taken unencrypted, where nothing but TLS protects their content. */
  aesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, both('43 位字母或数字', '43 letters or digits'))
    .nullable()
    .default(null)
    .meta({
      secret: true,
      essential: true,
      hint: {
        zh: '服务器配置里随机生成；安全模式和兼容模式都要填。',
        en: 'Needed in the safe and in the compatible mode; without it only the plain mode works.',
      },
    }),
  /** Answered at once to every message of a customer; nothing is answered when absent. */
  receiptText: z
    .string()
    .max(600)
    .nullable()
    .default(null)
    .meta({
      hint: {
        zh: '收到消息立即自动回复的一句话，可不填。',
        en: 'A sentence that answers every message at once; may be empty.',
      },
    }),
  /** Approved template for what can no longer be said as a customer-service message. */
  templateId: z
    .string()
    .max(64)
    .nullable()
    .default(null)
    .meta({
      hint: {
        zh: '超过 48 小时后改发的模板消息，需已认证服务号。',
        en: 'Sent when the 48 hours are over; certified service accounts only.',
      },
    }),
  /** `name=value` lines; values may hold `{reference}`, `{text}`, `{title}` and `{time}`. */
  templateFields: z
    .array(z.string().regex(/^[A-Za-z0-9_]{1,40}=.{1,200}$/, both('格式：字段名=内容', 'Write name=value')))
    .max(20)
    .default([])
    .meta({
      hint: {
        zh: '例如 character_string1={reference}，每行一个。',
        en: 'For example thing2={text}, one per line.',
      },
    }),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default(wechatBaseUrl),
})

/** Settings of one official account. */
export type WechatOaConfig = z.infer<typeof wechatOaConfigSchema>
