import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '用管理员账号登录 mp.weixin.qq.com（需要已认证的公众号或服务号），打开“设置与开发 › 开发接口管理 › 基本配置”，复制 AppID；重置并复制 AppSecret。',
    en: 'Sign in at mp.weixin.qq.com as an administrator (a certified account), open 设置与开发 › 开发接口管理 › 基本配置, copy the AppID; reset and copy the AppSecret.',
    fields: ['appId', 'appSecret'],
  },
  {
    zh: '同一页的“IP 白名单”里加上本系统的出口 IP，否则取不到 access_token（错误 40164 会写明是哪个 IP）。',
    en: "Add the hub's outgoing address to IP 白名单 on the same page; without it no access token is given (error 40164 names the address).",
  },
  {
    zh: '在“服务器配置”里自己定一个 Token，按“随机生成”得到 EncodingAESKey，选“安全模式”；先把这两项填到这里并保存，那边先不要提交。',
    en: 'In 服务器配置 choose a Token of your own, press 随机生成 for the EncodingAESKey and choose 安全模式 (encrypted); enter both here and save here first, do not submit there yet.',
    fields: ['token', 'aesKey'],
  },
  {
    zh: '把这里的回调地址填到“服务器配置”的 URL 并提交，微信会立即验证；然后按“启用”。启用后，原来在微信后台设置的自动回复和菜单会失效。',
    en: "Paste this callback address as URL in 服务器配置 and submit: WeChat checks it at once. Then press 启用. Automatic replies and menus set on WeChat's pages stop working.",
    part: 'callback',
  },
  {
    zh: '保存之后测试连接，每一行都要打勾。',
    en: 'Save, then test the connection: every line should have its tick.',
    part: 'test',
  },
  {
    zh: '需要时（已认证的服务号）：在“设备”或“场所”里勾选，点“打印二维码”，选这个公众号的长期码（全部最多 10 万个）或 30 天码并“生成”。扫码即关注，系统已知道是哪台设备。',
    en: 'If wanted (certified service accounts): tick devices or sites, press Print codes, choose the permanent code (100,000 in all) or the one for 30 days and make it. Who scans it follows the account, and the hub knows the device.',
  },
  {
    zh: '用手机给公众号发一句话。',
    en: 'Write to the account with a phone.',
    part: 'wait',
  },
]
