import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'
import { wecomBaseUrl } from '../_kit/wecom-client.ts'

/** Where Token and EncodingAESKey are found. */
const receiving = {
  zh: '应用管理 › 微信客服 › API › 接收消息 › 随机获取。',
  en: 'Made up there when you press 随机获取; the same here.',
}

/** WeCom customer service (微信客服) of one corporation. */
export const wecomKfConfigSchema = z.object({
  corpId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{6,64}$/)
    .meta({
      hint: { zh: '管理后台 › 我的企业 › 企业信息。', en: 'The corp id, on the page 我的企业.' },
    }),
  secret: z
    .string()
    .min(16)
    .max(128)
    .meta({
      secret: true,
      hint: {
        zh: '“可调用接口的应用”里那个自建应用的 Secret。',
        en: 'The secret of the application that may call the interface.',
      },
    }),
  token: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/)
    .meta({
      secret: true,
      hint: receiving,
    }),
  aesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, both('43 位字母或数字', '43 letters or digits'))
    .meta({
      secret: true,
      hint: receiving,
    }),
  /** Only these customer-service accounts; all that the application may use when empty. */
  openKfIds: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{2,64}$/))
    .max(50)
    .default([])
    .meta({ hint: { zh: '留空则接入全部。', en: 'Empty: all of them.' } }),
  /** Said to a customer who comes in and has heard nothing for 48 hours; at most 2048 bytes. */
  welcomeText: z
    .string()
    .max(600)
    .nullable()
    .default(null)
    .meta({
      hint: {
        zh: '后台没有设置原生欢迎语时才能发送。',
        en: 'Sent only where no welcome is set in the administration pages.',
      },
    }),
  /** The link of `add_contact_way`; printed codes may open the chat by it, with their device in `scene_param`. */
  entryLink: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null)
    .meta({
      hint: {
        zh: '客服账号的接入链接；填写后打印二维码时可以选它。',
        en: 'The link by which customers enter the chat; printed codes can then open it.',
      },
    }),
  /** How much of what happened before the account was connected is fetched; WeCom keeps three days. */
  backfillHours: z.int().min(0).max(72).default(24),
  /** How often the accounts are looked at even if WeCom announced nothing, ms. */
  pollMs: z.int().min(60_000).max(3_600_000).default(600_000),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default(wecomBaseUrl),
})

/** Settings of one account. */
export type WecomKfConfig = z.infer<typeof wecomKfConfigSchema>

/** A link of `add_contact_way` by which a customer enters with the code of a device (document 94665: up to 128 bytes of it). */
export function withToken(link: string, token: string): string {
  const url = new URL(link)
  url.searchParams.set('scene_param', token)
  return url.href
}

/** Whether messages of this customer-service account are wanted. */
export function isWanted(openKfId: string, { openKfIds }: WecomKfConfig): boolean {
  return openKfIds.length === 0 || openKfIds.includes(openKfId)
}
