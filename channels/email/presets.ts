/** The servers of a provider, offered when an account is set up; README.md says how to sign up at each. */
export interface ProviderPreset {
  readonly key: string
  readonly zh: string
  readonly en: string
  /** Domains of addresses that are surely the provider's. */
  readonly domains: readonly string[]
  readonly imap: { readonly host: string; readonly port: number; readonly security: 'tls' | 'starttls' }
  readonly smtp: { readonly host: string; readonly port: number; readonly security: 'tls' | 'starttls' }
  readonly signIn: 'authorization-code' | 'password' | 'app-password' | 'oauth'
  readonly oauth?: { readonly tokenUrl: string; readonly scope: string }
  /** What a person has to know, in one sentence. */
  readonly note: { readonly zh: string; readonly en: string }
}

const tls = (imapHost: string, smtpHost: string) => ({
  imap: { host: imapHost, port: 993, security: 'tls' as const },
  smtp: { host: smtpHost, port: 465, security: 'tls' as const },
})

/** Presets, in the order in which the console shows them. */
export const presets: readonly ProviderPreset[] = [
  {
    key: 'qq',
    zh: 'QQ 邮箱',
    en: 'QQ Mail',
    domains: ['qq.com', 'foxmail.com', 'vip.qq.com'],
    ...tls('imap.qq.com', 'smtp.qq.com'),
    signIn: 'authorization-code',
    note: {
      zh: '在“设置 › 账号与安全 › 安全设置”开启 IMAP/SMTP 服务，用生成的授权码，不是 QQ 密码。',
      en: 'Switch on IMAP/SMTP under Settings › Account and security and use the authorization code, not the QQ password.',
    },
  },
  {
    key: '163',
    zh: '网易 163 邮箱',
    en: 'NetEase 163',
    domains: ['163.com'],
    ...tls('imap.163.com', 'smtp.163.com'),
    signIn: 'authorization-code',
    note: {
      zh: '在“设置 › POP3/SMTP/IMAP”开启 IMAP/SMTP 服务并新增授权密码。',
      en: 'Switch on IMAP/SMTP under Settings › POP3/SMTP/IMAP and add an authorization password.',
    },
  },
  {
    key: '126',
    zh: '网易 126 邮箱',
    en: 'NetEase 126',
    domains: ['126.com'],
    ...tls('imap.126.com', 'smtp.126.com'),
    signIn: 'authorization-code',
    note: {
      zh: '在“设置 › POP3/SMTP/IMAP”开启 IMAP/SMTP 服务并新增授权密码。',
      en: 'Switch on IMAP/SMTP under Settings › POP3/SMTP/IMAP and add an authorization password.',
    },
  },
  {
    key: 'aliyun',
    zh: '阿里企业邮箱',
    en: 'Alibaba Mail (enterprise)',
    domains: [],
    ...tls('imap.qiye.aliyun.com', 'smtp.qiye.aliyun.com'),
    signIn: 'password',
    note: {
      zh: '管理员须允许第三方客户端；开启了三方客户端安全密码的，用该密码。',
      en: 'An administrator must allow mail clients; use the client security password where one is set.',
    },
  },
  {
    key: 'exmail',
    zh: '腾讯企业邮箱',
    en: 'Tencent Exmail',
    domains: [],
    ...tls('imap.exmail.qq.com', 'smtp.exmail.qq.com'),
    signIn: 'authorization-code',
    note: {
      zh: '在“设置 › 客户端设置”开启 IMAP/SMTP 服务；开启安全登录后用客户端专用密码。',
      en: 'Switch on IMAP/SMTP under Settings › Client settings; with secure login use a client password.',
    },
  },
  {
    key: 'gmail',
    zh: 'Gmail',
    en: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    ...tls('imap.gmail.com', 'smtp.gmail.com'),
    signIn: 'app-password',
    oauth: { tokenUrl: 'https://oauth2.googleapis.com/token', scope: 'https://mail.google.com/' },
    note: {
      zh: '开启两步验证后生成应用专用密码，或使用 OAuth。',
      en: 'Turn on 2-Step Verification and create an app password, or use OAuth.',
    },
  },
  {
    key: 'outlook',
    zh: 'Outlook / Microsoft 365',
    en: 'Outlook / Microsoft 365',
    domains: ['outlook.com', 'hotmail.com', 'live.com'],
    imap: { host: 'outlook.office365.com', port: 993, security: 'tls' },
    smtp: { host: 'smtp.office365.com', port: 587, security: 'starttls' },
    signIn: 'oauth',
    oauth: {
      tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      scope:
        'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
    },
    note: {
      zh: '微软已停用密码登录，只能使用 OAuth。',
      en: 'Microsoft no longer accepts passwords here: OAuth only.',
    },
  },
]

/** The preset of an address whose domain names its provider. */
export function presetOf(address: string): ProviderPreset | undefined {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return presets.find((preset) => preset.domains.includes(domain))
}
