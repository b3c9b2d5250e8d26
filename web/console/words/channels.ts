import type { Words } from '../../ui/language.ts'
import { phoneSettingWords } from './phone-settings.ts'

/** Words of the channel accounts page. */
export const channelsWords = {
  title: ['渠道账号', 'Channel accounts'],
  hint: [
    '客户从这些入口联系你们。每个账号保存后都可以测试连接。',
    'Customers reach you by these. Every account can be tested after it was saved.',
  ],
  add: ['接入渠道', 'Connect a channel'],
  choose: ['选择渠道', 'Choose a channel'],
  empty: ['还没有接入渠道', 'No channel is connected yet'],
  emptyHint: [
    '从一个邮箱开始最快：客户的邮件会直接变成工单。',
    'A mailbox is the quickest start: customers’ mails become tickets.',
  ],
  name: ['名称', 'Name'],
  nameHint: ['坐席看到的名字，例如“售后邮箱”', 'What agents see, such as "Support mailbox"'],
  kind: ['渠道', 'Channel'],
  connection: ['连接', 'Connection'],
  lastReceived: ['最近收到', 'Last received'],
  never: ['还没有', 'Never'],
  noConnection: ['被动接收', 'Receives only'],
  test: ['测试连接', 'Test the connection'],
  testing: ['正在测试…', 'Testing…'],
  testOk: ['可以使用', 'It works'],
  testBad: ['还有问题要处理', 'Something must be put right'],
  noTest: ['这个渠道没有可测试的连接。', 'This channel has no connection to test.'],
  awaitMessage: ['现在发一条测试消息', 'Send a test message now'],
  awaitBroken: [
    '暂时查不到有没有收到，正在重试。',
    'It cannot be seen at the moment whether something arrived; trying again.',
  ],
  awaitSoon: ['收到后这里会立即显示。', 'It shows here as soon as it arrives.'],
  wrongSettings: ['有设置需要改正，见标红的地方。', 'Some settings must be put right: see the boxes in red.'],
  messageHeard: ['收到了：这个渠道已经接通', 'It arrived: this channel works'],
  messageDead: ['收到了，但读不懂；请看“收件健康”', 'It arrived, but could not be read; see Inbox health'],
  guide: ['接入步骤', 'Step by step'],
  onlySettings: ['只看设置', 'Settings only'],
  stepDone: ['已完成', 'Done'],
  choosePreset: [
    '先选择上面的一项，接入步骤随之出现。',
    'Choose one of these first; the steps follow from it.',
  ],
  presetMissing: ['请先选择一项', 'Choose one first'],
  saveForCallback: [
    '先填好上面的设置并按“保存”，这里就会出现回调地址。',
    'Fill in what is above and save; the callback address then stands here.',
  ],
  saveForTest: [
    '先填好上面的设置并按“保存”，保存后自动测试。',
    'Fill in what is above and save; it is tested when you save.',
  ],
  saveForWait: [
    '先填好上面的设置并按“保存”，这里就会等待测试消息。',
    'Fill in what is above and save; this then waits for a test message.',
  ],
  saveForExample: [
    '先按“保存”，这里就会出现可以复制的命令。',
    'Save first; a command to copy then stands here.',
  ],
  finished: ['完成', 'Done'],
  saveThenTest: ['保存后自动测试。', 'It is tested when you save.'],
  preset: ['服务商或接入方式', 'Provider or method'],
  presetOther: ['其他', 'Other'],
  advanced: ['更多设置', 'More settings'],
  secretSet: ['已保存，留空则不变', 'Stored; leave empty to keep it'],
  callback: ['回调地址', 'Callback address'],
  callbackLoopback: [
    '现在的地址只有本机能访问。设置 PUBLIC_URL（https）后再填给对方。',
    'Only this machine can reach this address. Set PUBLIC_URL (https) before you give it away.',
  ],
  callbackHttp: [
    '这是明文 http。多数平台要求 https；手机浏览器在 http 下不允许定位和录音。',
    'This is plain http. Most platforms insist on https, and phones refuse location and recording without it.',
  ],
  lanTrial: ['同一局域网内试用可以用：', 'For a trial in the same network use:'],
  lanNotListening: ['先用 HOST=0.0.0.0 重新启动。', 'Start again with HOST=0.0.0.0 first.'],
  enabled: ['启用', 'On'],
  automatic: ['自动答复', 'Said by itself'],
  noAutomatic: [
    '客户在这个渠道上无法回复，所以不会自动追问或答复。',
    'Customers cannot answer on this channel, so nothing is asked or answered by itself.',
  ],
  removed: ['已删除', 'Removed'],
  switchOff: ['停用', 'Switch off'],
  switchOffAsk: ['停用“{name}”？', 'Switch "{name}" off?'],
  switchOffHint: [
    '停用期间不接收客户发来的内容，要发的消息会等到重新启用。',
    'While it is off, nothing that customers send is received, and what is to be sent waits until it is on again.',
  ],
  removeHint: [
    '收到过内容的账号不能删除，只能停用。',
    'An account that has received something cannot be removed, only switched off.',
  ],
  items: ['每行一个', 'One per line'],
  noKinds: ['没有可用的渠道', 'No channel is available'],
} as const satisfies Words

/** What the hub may say by itself on an account. */
export const automaticWords = {
  question: ['追问电话和地址', 'Ask for phone and address'],
  state: ['答复“到哪了”和催单', 'Answer “where is it?” and pressing'],
  knowledge: ['用知识库文章答复咨询', 'Answer questions from articles'],
} as const satisfies Words

export const automaticHints = {
  question: [
    '报修缺电话或地址时问一次；10 分钟内没回答，工单照样生成。',
    'A request without phone or address is asked for it once; after 10 minutes the ticket opens without it.',
  ],
  state: [
    '按工单状态答复工单号、进度、工程师姓氏和预约时间，每个状态只答一次。催单始终计数。',
    'Tells number, progress, the engineer’s surname and the appointment, once for each state. Pressing is counted in any case.',
  ],
  knowledge: [
    '只引用已发布文章的原文；找不到就转人工。没有文章时请保持关闭。',
    'Only quotes published articles; what none answers is a person’s. Leave it off until there are articles.',
  ],
} as const satisfies Words

/** What each kind of channel is for. */
export const kindHints = {
  email: ['收发邮件，自动串成会话', 'Reads and answers mail, kept in threads'],
  api: ['网站或 App 提交请求', 'A web site or app files requests'],
  feishu: [
    '飞书机器人：客户咨询，工程师接单卡片',
    'A Feishu bot: customers ask, engineers take jobs by card',
  ],
  dingtalk: [
    '客户和工程师给机器人发消息，派单卡片直接在钉钉里接单',
    'Customers and engineers write to a robot; jobs are accepted on cards in DingTalk',
  ],
  'phone-webhook': [
    '呼叫中心推送通话记录和录音，自动转写成工单',
    'A call center reports calls and recordings; their words become tickets',
  ],
  qr: ['设备二维码报修', 'Repair requests by a code on the device'],
  wecom: [
    '企业微信自建应用：工程师收工单卡片并点按钮，成员写消息',
    'A WeCom application: engineers get job cards and tap them, members write',
  ],
  'wecom-bot': [
    '企业微信智能机器人长连接：不需要公网地址',
    'A WeCom smart robot with a long connection: no public address is needed',
  ],
  'wechat-oa': ['公众号、服务号里的粉丝消息', 'Messages of followers of an official account'],
  'wecom-kf': ['微信用户联系企业微信客服', 'WeChat users write to the service of a company'],
} as const satisfies Words

/** Labels of settings, by their path. */
export const settingWords = {
  ...phoneSettingWords,
  address: ['邮箱地址', 'Address'],
  name: ['显示名称', 'Display name'],
  aliases: ['别名地址', 'Further addresses'],
  password: ['密码或授权码', 'Password or authorization code'],
  imap: ['收信服务器（IMAP）', 'Receiving server (IMAP)'],
  smtp: ['发信服务器（SMTP）', 'Sending server (SMTP)'],
  host: ['主机', 'Host'],
  port: ['端口', 'Port'],
  security: ['加密', 'Encryption'],
  user: ['登录名', 'Sign-in name'],
  mailboxes: ['读取的文件夹', 'Folders that are read'],
  authenticate: ['需要登录', 'Sign-in needed'],
  oauthTokenUrl: ['OAuth 令牌地址', 'OAuth token address'],
  oauthClientId: ['OAuth 客户端 ID', 'OAuth client id'],
  oauthClientSecret: ['OAuth 客户端密钥', 'OAuth client secret'],
  oauthRefreshToken: ['OAuth 刷新令牌', 'OAuth refresh token'],
  oauthScope: ['OAuth 范围', 'OAuth scope'],
  threadSecret: ['会话签名密钥', 'Thread secret'],
  plusAddressing: ['支持加号地址', 'Plus addressing'],
  backfillDays: ['首次读取的天数', 'Days read at first'],
  pollMs: ['查信间隔（毫秒）', 'Pause between looks (ms)'],
  maxBytes: ['单封上限（字节）', 'Largest mail (bytes)'],
  clientId: ['Client ID（原 AppKey）', 'Client ID (formerly AppKey)'],
  clientSecret: ['Client Secret（原 AppSecret）', 'Client Secret (formerly AppSecret)'],
  robotCode: ['机器人编码 robotCode', 'Robot code'],
  mode: ['消息接收模式', 'How messages arrive'],
  connections: ['长连接数量', 'Connections'],
  cardTemplateId: ['互动卡片模板 ID', 'Card template id'],
  events: ['订阅事件（Stream）', 'Subscribe to events (Stream)'],
  eventToken: ['事件订阅的签名 Token', 'Token of the event subscription'],
  eventAesKey: ['事件订阅的加密 aes_key', 'AES key of the event subscription'],
  corpId: ['企业 CorpId', 'CorpId'],
  baseUrl: ['接口地址', 'API address'],
  oapiUrl: ['旧版接口地址', 'Older API address'],
  signingSecrets: ['签名密钥', 'Signing secrets'],
  callbackUrl: ['回复推送地址', 'Address that answers are posted to'],
  callbackSecrets: ['推送签名密钥', 'Secrets that answers are signed with'],
  appId: ['App ID', 'App ID'],
  appSecret: ['App Secret', 'App Secret'],
  encryptKey: ['Encrypt Key', 'Encrypt Key'],
  verificationToken: ['Verification Token', 'Verification Token'],
  botOpenId: ['机器人 open_id', 'The bot’s open_id'],
  agentId: ['AgentId', 'AgentId'],
  secret: ['Secret', 'Secret'],
  token: ['Token', 'Token'],
  aesKey: ['EncodingAESKey', 'EncodingAESKey'],
  botId: ['Bot ID', 'Bot ID'],
  wsUrl: ['长连接地址', 'Address of the long connection'],
  receiptText: ['收到消息后立即回复', 'Said at once to every message'],
  templateId: ['48 小时后的模板消息 ID', 'Template for after 48 hours'],
  templateFields: ['模板字段', 'Fields of the template'],
  openKfIds: ['客服账号 ID', 'Customer-service account ids'],
  welcomeText: ['欢迎语', 'Welcome'],
  entryLink: ['客服链接', 'Link of the chat'],
  linkSecrets: ['二维码签名密钥', 'Secrets of the codes'],
  askLocation: ['请客户提供手机定位', "Ask for the phone's location"],
  backfillHours: ['首次读取的小时数', 'Hours read at first'],
} as const satisfies Words
