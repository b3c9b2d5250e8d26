import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

const security = z.enum(['tls', 'starttls', 'none'])
const securityMeta = {
  options: {
    tls: { zh: 'TLS（一般用 993、465 端口）', en: 'TLS (mostly ports 993 and 465)' },
    starttls: { zh: 'STARTTLS（一般用 143、587 端口）', en: 'STARTTLS (mostly ports 143 and 587)' },
    none: { zh: '不加密（只用于本机）', en: 'None (this machine only)' },
  },
}
const userMeta = { hint: { zh: '留空即邮箱地址。', en: 'Leave empty: the address.' } }

/**
 * An e-mail account's settings. Either `password` (at QQ, 163 and 126 the 授权码, not the sign-in password)
 * or the `oauth…` members are needed; `.meta({ secret: true })` marks what is encrypted at rest.
 */
export const emailConfigSchema = z
  .object({
    /** The address that customers write to. */
    address: z.email().transform((value) => value.toLowerCase()),
    /** The name that customers see, e.g. 某某售后. */
    name: z
      .string()
      .max(100)
      .default('')
      .meta({
        essential: true,
        hint: { zh: '客户看到的发件人，例如“某某售后”。', en: 'The sender that customers see.' },
      }),
    /** Further addresses of this mailbox; mail from them is our own. */
    aliases: z.array(z.email().transform((value) => value.toLowerCase())).default([]),
    imap: z
      .object({
        host: z.string().min(1).max(253),
        port: z.int().min(1).max(65_535).default(993),
        security: security.default('tls').meta(securityMeta),
        /** Sign-in name; the address when absent. */
        user: z.string().max(320).optional().meta(userMeta),
        /** Mailboxes (folders) that are read. */
        mailboxes: z.array(z.string().min(1).max(250)).min(1).max(20).default(['INBOX']),
      })
      // The presets fill these in; the guide unfolds them for other providers.
      .meta({ essential: false }),
    smtp: z
      .object({
        host: z.string().min(1).max(253),
        port: z.int().min(1).max(65_535).default(465),
        security: security.default('tls').meta(securityMeta),
        /** Sign-in name; the address when absent. */
        user: z.string().max(320).optional().meta(userMeta),
        /** False for a relay that asks nobody to sign in. */
        authenticate: z.boolean().default(true),
      })
      .meta({ essential: false }),
    password: z.string().min(1).max(1000).optional().meta({ secret: true }),
    /** Where access tokens are fetched with the refresh token (RFC 6749 section 6); sign-in is then XOAUTH2. */
    oauthTokenUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    oauthClientId: z.string().min(1).max(500).optional(),
    oauthClientSecret: z.string().max(1000).optional().meta({ secret: true }),
    oauthRefreshToken: z.string().min(1).max(5000).optional().meta({ secret: true }),
    oauthScope: z.string().max(1000).optional(),
    /** Signs the tags that bring replies to their ticket; derived from the other secret when absent. */
    threadSecret: z.string().min(16).max(200).optional().meta({ secret: true }),
    /** Answer from `support+T1000427.…@…`: only where the provider delivers such addresses. */
    plusAddressing: z
      .boolean()
      .default(false)
      .meta({
        hint: {
          zh: '服务商能收“名字+标记@域名”的信时才打开。',
          en: 'Only where the provider delivers addresses such as name+tag@domain.',
        },
      }),
    /** How many days of older mail are fetched when a mailbox is read for the first time. */
    backfillDays: z.int().min(0).max(3650).default(1),
    /** Pause between looks where the server cannot push (no IDLE), ms. */
    pollMs: z.int().min(1000).max(3_600_000).default(60_000),
    /** Larger mails are stored as their headers only, bytes. */
    maxBytes: z.int().min(10_000).max(60_000_000).default(30_000_000),
  })
  .refine((config) => config.password !== undefined || hasOauth(config), {
    path: ['password'],
    message: both(
      '需要授权码或密码，或者完整的 OAuth 设置',
      'A password or complete OAuth settings are needed',
    ),
  })

/** Whether the account signs in with tokens. */
export function hasOauth(config: {
  oauthTokenUrl?: string
  oauthClientId?: string
  oauthRefreshToken?: string
}): boolean {
  return !!(config.oauthTokenUrl && config.oauthClientId && config.oauthRefreshToken)
}

/** Settings of one e-mail account. */
export type EmailConfig = z.infer<typeof emailConfigSchema>

/** The key that signs thread tokens of an account. */
export function threadKeyOf(config: EmailConfig): string {
  if (config.threadSecret) return config.threadSecret
  const base =
    config.password ?? `${config.oauthClientId}\0${config.oauthClientSecret ?? config.oauthRefreshToken}`
  return createHmac('sha256', base).update(`yitong thread ${config.address}`).digest('hex')
}

/** Whether an address is the account's own, plus tags aside. */
export function isOwnAddress(address: string, config: EmailConfig): boolean {
  const plain = address.replace(/\+[^@]*@/, '@')
  return plain === config.address || config.aliases.includes(plain)
}
