import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '打开 open.feishu.cn/app，“创建企业自建应用”；名称和图标就是客户看到的样子。',
    en: 'Open open.feishu.cn/app and press 创建企业自建应用 (Create custom app); customers see its name and icon.',
  },
  {
    zh: '选择消息接收模式。长连接不需要公网地址；Lark 国际版用 Webhook。',
    en: 'Choose how messages arrive. The long connection needs no public address; Lark takes the webhook.',
    fields: ['mode'],
  },
  {
    zh: '“凭证与基础信息”复制 App ID 和 App Secret，填到这里并保存。',
    en: 'Copy App ID and App Secret from 凭证与基础信息 (Credentials & Basic Info), enter them here and save.',
    fields: ['appId', 'appSecret'],
    modes: ['long-connection'],
  },
  {
    zh: '“凭证与基础信息”复制 App ID 和 App Secret。',
    en: 'Copy App ID and App Secret from 凭证与基础信息 (Credentials & Basic Info).',
    fields: ['appId', 'appSecret'],
    modes: ['webhook'],
  },
  {
    zh: '“添加应用能力 › 机器人”。没有机器人就发不出消息（错误 230006）。',
    en: '添加应用能力 › 机器人 (Add features › Bot). Without it nothing can be sent (error 230006).',
  },
  {
    zh: '“权限管理”里开通 im:message.p2p_msg:readonly、im:message.group_at_msg:readonly、im:message:send_as_bot、im:resource；要显示客户姓名，再开通 contact:contact.base:readonly、contact:user.base:readonly，并在“通讯录权限范围”里包含这些人。',
    en: 'Under 权限管理 (Permissions & Scopes) add im:message.p2p_msg:readonly, im:message.group_at_msg:readonly, im:message:send_as_bot and im:resource; to see the names of people also contact:contact.base:readonly and contact:user.base:readonly, with those people in the contact scope.',
  },
  {
    zh: '等下面“测试连接”处的连接状态变成“正常”，再到“事件与回调”里把事件和回调的订阅方式都选为“使用长连接接收”：飞书只在已连接时允许保存。',
    en: 'Wait until the connection beside the test below is Up; then choose 使用长连接接收 (persistent connection) under 事件与回调, for events and for callbacks: Feishu lets it be saved only while the hub is connected.',
    modes: ['long-connection'],
  },
  {
    zh: '“事件与回调 › 加密策略”里设置 Encrypt Key，和 Verification Token 一起填到这里并保存。',
    en: 'Set an Encrypt Key under 事件与回调 › 加密策略 (Encryption Strategy), enter it and the Verification Token here and save.',
    fields: ['encryptKey', 'verificationToken'],
    modes: ['webhook'],
  },
  {
    zh: '在“事件与回调”把这里的回调地址填到事件配置和回调配置两处；飞书会立即验证。',
    en: 'Under 事件与回调 paste this callback address in both places, for events and for callbacks; Feishu checks it at once.',
    part: 'callback',
    modes: ['webhook'],
  },
  {
    zh: '“事件配置”添加“接收消息 im.message.receive_v1”；“回调配置”添加“卡片回传交互 card.action.trigger”，没有它，点卡片没有任何反应。',
    en: 'Add 接收消息 im.message.receive_v1 to the events and 卡片回传交互 card.action.trigger to the callbacks; without the latter taps on cards arrive nowhere.',
  },
  {
    zh: '“版本管理与发布”发布版本；“应用可用范围”覆盖所有要联系的人。权限和事件在发布后才生效。',
    en: 'Publish a version under 版本管理与发布, with everybody who is to be reached in 应用可用范围. Permissions and events count only from then on.',
  },
  {
    zh: '保存之后测试连接，每一行都要打勾。',
    en: 'Save, then test the connection: every line should have its tick.',
    part: 'test',
  },
  {
    zh: '在飞书里给机器人发一句话。',
    en: 'Write to the bot in Feishu.',
    part: 'wait',
  },
]
