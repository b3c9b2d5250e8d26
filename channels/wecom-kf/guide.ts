import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '用管理员登录 work.weixin.qq.com，“我的企业 › 企业信息”里复制企业 ID。',
    en: 'Sign in at work.weixin.qq.com as an administrator and copy the corp id (企业 ID) from 我的企业 › 企业信息.',
    fields: ['corpId'],
  },
  {
    zh: '“应用管理 › 自建 › 创建应用”，复制它的 Secret；在“企业可信 IP”里加上本系统的出口 IP，否则报错 60020。',
    en: "Make an application under 应用管理 › 自建 › 创建应用 and copy its Secret; add the hub's outgoing address to 企业可信 IP, otherwise calls fail with 60020.",
    fields: ['secret'],
  },
  {
    zh: '“应用管理 › 微信客服 › 客服账号”新建客服账号；在“API › 可调用接口的应用”里加上刚才的应用，并在“通过 API 管理微信客服账号”里选中这个客服账号。',
    en: 'Create an account under 应用管理 › 微信客服 › 客服账号; under API › 可调用接口的应用 add the application, and under 通过 API 管理微信客服账号 give it the account.',
  },
  {
    zh: '“接收消息 › 设置 API 接收”里按“随机获取”得到 Token 和 EncodingAESKey，填到这里并先在这里保存，那边先不要保存。',
    en: 'Under 接收消息 › 设置 API 接收 press 随机获取 for Token and EncodingAESKey, enter both here and save here; do not save there yet.',
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
    zh: '需要时：在“设备”或“场所”里勾选，点“打印二维码”，选这个客服账号并“生成”。扫码的客户直接进入会话，系统已知道是哪台设备。',
    en: 'If wanted: tick devices or sites, press Print codes, choose this account and make the code. Who scans it is in the chat, and the hub knows the device.',
  },
  {
    zh: '用微信打开客服链接，发一句话。',
    en: 'Open the customer-service link in WeChat and write.',
    part: 'wait',
  },
]
