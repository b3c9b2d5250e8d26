import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '企业微信里打开“工作台 › 智能机器人 › 创建机器人 › 手动创建 › API 模式创建”（管理员也可以在“管理工具 › 智能机器人”里创建）。',
    en: 'In WeCom open 工作台 › 智能机器人 › 创建机器人 › 手动创建 › API 模式创建 (administrators also find it under 管理工具 › 智能机器人).',
  },
  {
    zh: '“连接方式”选“使用长连接”，复制 Bot ID 和 Secret。',
    en: 'Choose 使用长连接 as 连接方式, and copy Bot ID and Secret.',
    fields: ['botId', 'secret'],
  },
  {
    zh: '设置“可见范围”，选上所有会使用它的人。',
    en: 'Set 可见范围 to everybody who may use it.',
  },
  {
    zh: '保存之后测试连接：机器人显示已连接就可以了，不需要公网地址。',
    en: 'Save, then test the connection: it works when the robot is connected. No public address is needed.',
    part: 'test',
  },
  {
    zh: '请每位工程师先给机器人发一句话：在那之前机器人不能主动发给他。',
    en: 'Ask every engineer to write to the robot once: before that it may not write to them.',
    part: 'wait',
  },
]
