import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '登录 open-dev.dingtalk.com，“应用开发 › 企业内部应用 › 创建应用”。',
    en: 'Sign in at open-dev.dingtalk.com: 应用开发 › 企业内部应用 › 创建应用.',
  },
  {
    zh: '选择消息接收模式。Stream 模式不需要公网地址；只有本系统不能访问外网时才用 HTTP 模式。',
    en: 'Choose how messages arrive. Stream needs no public address; use HTTP only where the hub may not open connections to the outside.',
    fields: ['mode'],
  },
  {
    zh: '“基础信息 › 凭证与基础信息”复制 Client ID 和 Client Secret，填到这里并保存。',
    en: '基础信息 › 凭证与基础信息: copy Client ID and Client Secret, enter them here and save.',
    fields: ['clientId', 'clientSecret'],
  },
  {
    zh: '“应用能力 › 添加应用能力 › 机器人”，消息接收模式选“Stream 模式”并发布。',
    en: '应用能力 › 添加应用能力 › 机器人: choose Stream 模式 as 消息接收模式, and publish (发布).',
    modes: ['stream'],
  },
  {
    zh: '“应用能力 › 添加应用能力 › 机器人”，消息接收模式选“HTTP 模式”，消息接收地址填这里的回调地址，然后发布。',
    en: '应用能力 › 添加应用能力 › 机器人: choose HTTP 模式, paste this callback address as 消息接收地址, and publish (发布).',
    part: 'callback',
    modes: ['http'],
  },
  {
    zh: '要接收事件时才需要：“开发配置 › 事件与回调 › HTTP 推送”填同一个回调地址，复制“签名 token”和“加密 aes_key”到这里并保存，再在那边按“保存”。',
    en: 'Only if events are wanted: under 开发配置 › 事件与回调 › HTTP 推送 paste the same callback address, copy 签名 token and 加密 aes_key here and save, and only then press 保存 there.',
    fields: ['eventToken', 'eventAesKey'],
    modes: ['http'],
  },
  {
    zh: '“开发配置 › 权限管理”申请“企业内机器人发送消息”和“互动卡片实例写权限”。',
    en: '开发配置 › 权限管理: apply for 企业内机器人发送消息 and 互动卡片实例写权限.',
  },
  {
    zh: '“应用发布 › 版本管理与发布”发布一个版本，可使用范围要覆盖所有会给它发消息的人。',
    en: '应用发布 › 版本管理与发布: publish a version whose range (可使用范围) covers everybody who may write.',
  },
  {
    zh: '保存之后测试连接，每一行都要打勾。',
    en: 'Save, then test the connection: every line should have its tick.',
    part: 'test',
  },
  {
    zh: '在钉钉里给机器人发一句话。',
    en: 'Write to the robot in DingTalk.',
    part: 'wait',
  },
]
