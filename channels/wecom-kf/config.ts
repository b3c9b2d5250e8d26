import { z } from 'zod'
import { wecomBaseUrl } from '../_kit/wecom-client.ts'

/** Where the texts below are found. */
const page = '企业微信管理后台 › 应用管理 › 微信客服 › API'

/** WeCom customer service (微信客服) of one corporation. */
export const wecomKfConfigSchema = z.object({
  corpId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{6,64}$/)
    .meta({
      title: '企业 ID',
      description: '管理后台 › 我的企业 › 企业信息。The corp id, on the page 我的企业.',
    }),
  secret: z.string().min(16).max(128).meta({
    secret: true,
    title: 'Secret',
    description:
      '“可调用接口的应用”里那个自建应用的 Secret。The secret of the application that may call the interface.',
  }),
  token: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/)
    .meta({
      secret: true,
      title: 'Token',
      description: `${page} › 接收消息 › 随机获取。Made up there, the same here.`,
    }),
  aesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, '43 位字母或数字。43 letters or digits.')
    .meta({
      secret: true,
      title: 'EncodingAESKey',
      description: `${page} › 接收消息 › 随机获取。Made up there, the same here.`,
    }),
  /** Only these customer-service accounts; all that the application may use when empty. */
  openKfIds: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{2,64}$/))
    .max(50)
    .default([])
    .meta({ title: '客服账号', description: '留空则接入全部。Empty: all of them.' }),
  /** Said to a customer who comes in and has heard nothing for 48 hours; at most 2048 bytes. */
  welcomeText: z.string().max(600).nullable().default(null).meta({
    title: '欢迎语',
    description:
      '后台没有设置原生欢迎语时才能发送。Sent only where no welcome is set in the administration pages.',
  }),
  /** The link of `add_contact_way`; printed codes may open the chat by it, with their device in `scene_param`. */
  entryLink: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null)
    .meta({
      title: '客服链接',
      description:
        '微信客服 › 客服账号 › 接入链接，可不填；填写后打印二维码时可选“打开微信客服”。The link of the account; printed codes can then open the chat.',
    }),
  /** How much of what happened before the account was connected is fetched; WeCom keeps three days. */
  backfillHours: z.int().min(0).max(72).default(24),
  /** How often the accounts are looked at even if WeCom announced nothing, ms. */
  pollMs: z.int().min(60_000).max(3_600_000).default(600_000),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default(wecomBaseUrl)
    .meta({ title: 'API address' }),
})

/** Settings of one account. */
export type WecomKfConfig = z.infer<typeof wecomKfConfigSchema>

/** The link by which a customer enters with the code of a device; null where the account has no link. */
export function entryLinkOf({ entryLink }: WecomKfConfig, token: string): string | null {
  if (entryLink === null) return null
  const url = new URL(entryLink)
  url.searchParams.set('scene_param', token)
  return url.href
}

/** Whether messages of this customer-service account are wanted. */
export function isWanted(openKfId: string, { openKfIds }: WecomKfConfig): boolean {
  return openKfIds.length === 0 || openKfIds.includes(openKfId)
}
