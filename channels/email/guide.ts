import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '填写客户写信的邮箱地址，以及他们看到的发件人名称。',
    en: 'Enter the address that customers write to, and the sender that they see.',
    fields: ['address', 'name'],
  },
  {
    zh: '在网页版 QQ 邮箱打开“设置 › 账号与安全 › 安全设置”，在“POP3/IMAP/SMTP/Exchange/CardDAV 服务”处按“开启服务”，按提示发短信，再按“生成授权码”；把授权码填到这里，不是 QQ 密码。',
    en: 'In QQ Mail on the web open 设置 › 账号与安全 › 安全设置, press 开启服务 at POP3/IMAP/SMTP/Exchange/CardDAV 服务, send the text message it asks for, then press 生成授权码; enter that code here, not the QQ password.',
    fields: ['password'],
    presets: ['qq'],
  },
  {
    zh: '在网页版邮箱打开“设置 › POP3/SMTP/IMAP”，开启“IMAP/SMTP 服务”，再按“新增授权密码”；把授权密码填到这里，不是登录密码。',
    en: 'In the mailbox on the web open 设置 › POP3/SMTP/IMAP, switch on IMAP/SMTP 服务, then press 新增授权密码; enter that password here, not the one you sign in with.',
    fields: ['password'],
    presets: ['163', '126'],
  },
  {
    zh: '管理员先在邮箱管理后台“允许第三方客户端”；再由用户打开“设置 › 账户安全 › 三方客户端安全密码”，有这个密码的填它，没有的填邮箱密码。',
    en: 'An administrator first allows mail clients (允许第三方客户端) in 邮箱管理后台; then open 设置 › 账户安全 › 三方客户端安全密码: enter that password where there is one, else that of the mailbox.',
    fields: ['password'],
    presets: ['aliyun'],
  },
  {
    zh: '在网页版打开“设置 › 客户端设置”，开启 IMAP/SMTP 服务；开启了安全登录的，在“客户端专用密码”处按“生成新密码”，填到这里。',
    en: 'On the web open 设置 › 客户端设置 and switch on IMAP/SMTP 服务; with secure login (安全登录) press 生成新密码 at 客户端专用密码 and enter that password here.',
    fields: ['password'],
    presets: ['exmail'],
  },
  {
    zh: '打开 Google 账号的“Security › 2-Step Verification › App passwords”（先要开启两步验证），生成一个应用专用密码，填到这里。',
    en: 'In the Google Account open Security › 2-Step Verification › App passwords (2-Step Verification must be on), make an app password and enter it here.',
    fields: ['password'],
    presets: ['gmail'],
  },
  {
    zh: '不用应用专用密码的，改用 OAuth(XOAUTH2)：在 Google 建一个 OAuth 客户端，申请范围 https://mail.google.com/，取得刷新令牌，填这三项。',
    en: 'Instead of an app password, OAuth (XOAUTH2) works too: make an OAuth client at Google, ask for the scope https://mail.google.com/, get a refresh token, and enter these three.',
    fields: ['oauthClientId', 'oauthClientSecret', 'oauthRefreshToken'],
    presets: ['gmail'],
  },
  {
    zh: '微软只接受 OAuth（XOAUTH2）登录。在“Entra ID › App registrations”注册应用，“API permissions › Office 365 Exchange Online”加上 IMAP.AccessAsUser.All 和 SMTP.Send。',
    en: 'Microsoft takes OAuth (XOAUTH2) only. Register an app under Entra ID › App registrations, and under API permissions › Office 365 Exchange Online add IMAP.AccessAsUser.All and SMTP.Send.',
    presets: ['outlook'],
  },
  {
    zh: '用这个应用走一次授权码流程（范围里带 offline_access），用收信的邮箱登录，得到刷新令牌；把客户端 ID、客户端密钥和刷新令牌填到这里。令牌地址和范围已经填好。',
    en: 'Run the authorization code flow of that app once (with offline_access among its scopes), signed in as the mailbox, to get a refresh token; enter client id, client secret and refresh token here. Token address and scope are filled in.',
    fields: ['oauthClientId', 'oauthClientSecret', 'oauthRefreshToken'],
    presets: ['outlook'],
  },
  {
    zh: '填写邮箱的密码；服务商另发授权码或客户端专用密码的，填那一个。',
    en: 'Enter the password of the mailbox, or the authorization code or client password where the provider gives one.',
    fields: ['password'],
    presets: ['other'],
  },
  {
    zh: '按服务商的说明填写收信（IMAP）和发信（SMTP）服务器。',
    en: "Enter the receiving (IMAP) and the sending (SMTP) server as the provider's help names them.",
    fields: ['imap', 'smtp'],
    presets: ['other'],
  },
  {
    zh: '保存之后测试连接：会登录两个服务器并打开文件夹，不读信也不发信。不需要公网地址。',
    en: 'Save, then test the connection: it signs in to both servers and opens the folders; it reads and sends nothing. No public address is needed.',
    part: 'test',
  },
  {
    zh: '从另一个邮箱给这个地址写一封信。',
    en: 'Write a mail to the address from another mailbox.',
    part: 'wait',
  },
]
