import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '登录 open-dev.dingtalk.com,“应用开发 › 企业内部应用 › 创建应用”。',
    en: 'Sign in at open-dev.dingtalk.com: 应用开发 › 企业内部应用 › 创建应用.',
  },
  {
    zh: '“应用能力 › 添加应用能力 › 机器人”,消息接收模式选“Stream 模式”并发布。',
    en: '应用能力 › 添加应用能力 › 机器人: choose Stream 模式 as 消息接收模式, and publish (发布).',
    modes: ['stream'],
  },
  {
    zh: '“应用能力 › 添加应用能力 › 机器人”,消息接收模式选“HTTP 模式”,消息接收地址填下方的回调地址(先在这里保存),然后发布。',
    en: '应用能力 › 添加应用能力 › 机器人: choose HTTP 模式, paste the callback address below as 消息接收地址 (save here first), and publish (发布).',
    callback: true,
    modes: ['http'],
  },
  {
    zh: '“开发配置 › 权限管理”申请“企业内机器人发送消息”和“互动卡片实例写权限”。',
    en: '开发配置 › 权限管理: apply for 企业内机器人发送消息 and 互动卡片实例写权限.',
  },
  {
    zh: '“应用发布 › 版本管理与发布”发布一个版本,可使用范围要覆盖所有会给它发消息的人。',
    en: '应用发布 › 版本管理与发布: publish a version whose range (可使用范围) covers everybody who may write.',
  },
  {
    zh: '“基础信息 › 凭证与基础信息”复制 Client ID 和 Client Secret,填到这里并保存。',
    en: '基础信息 › 凭证与基础信息: copy Client ID and Client Secret, enter them here and save.',
    fields: ['clientId', 'clientSecret'],
  },
  {
    zh: '在这里测试连接,再在钉钉里给机器人发一句话。',
    en: 'Test the connection here, then write to the robot in DingTalk.',
  },
]
