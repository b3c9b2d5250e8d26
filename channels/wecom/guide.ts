import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '用管理员登录 work.weixin.qq.com，“我的企业 › 企业信息”里复制企业 ID。',
    en: 'Sign in at work.weixin.qq.com as an administrator and copy the corp id (企业 ID) from 我的企业 › 企业信息.',
    fields: ['corpId'],
  },
  {
    zh: '“应用管理 › 自建 › 创建应用”，“可见范围”选上所有要收派单卡片或会发消息的人；复制 AgentId 和 Secret（Secret 会发到管理员的企业微信里）。',
    en: "Make an application under 应用管理 › 自建 › 创建应用 and set 可见范围 to everybody who gets job cards or may write; copy AgentId and Secret (the secret is shown in the administrator's WeCom app).",
    fields: ['agentId', 'secret'],
  },
  {
    zh: '在应用的“企业可信 IP”里加上本系统的出口 IP，否则除取 token 外的调用都会被拒绝（60020）。',
    en: "Add the hub's outgoing address to the application's 企业可信 IP; without it every call but the token is refused (60020).",
  },
  {
    zh: '应用的“接收消息 › 设置 API 接收”里按“随机获取”得到 Token 和 EncodingAESKey，填到这里并先在这里保存，那边先不要保存。',
    en: 'In 接收消息 › 设置 API 接收 press 随机获取 for Token and EncodingAESKey, enter both here and save here; do not save there yet.',
    fields: ['token', 'aesKey'],
  },
  {
    zh: '把这里的回调地址填到那边的 URL 再保存，企业微信会立即验证。',
    en: 'Paste this callback address as URL there and save: WeCom checks it at once.',
    part: 'callback',
  },
  {
    zh: '保存之后测试连接，每一行都要打勾。',
    en: 'Save, then test the connection: every line should have its tick.',
    part: 'test',
  },
  {
    zh: '在企业微信里给这个应用发一句话。',
    en: 'Write to the application in WeCom.',
    part: 'wait',
  },
]
