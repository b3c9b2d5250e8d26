import type { Words } from '../../ui/language.ts'

/** Words of the inbox health page. */
export const healthWords = {
  title: ['收件健康', 'Inbox health'],
  hint: [
    '收到的每一条内容先落盘再处理。这里显示还没处理完的，以及需要人看的。',
    'Everything that arrives is stored before it is processed. This page shows what still waits and what needs a person.',
  ],
  waiting: ['等待处理', 'Waiting'],
  oldest: ['最久等待', 'Oldest waiting'],
  running: ['正在处理', 'Running'],
  deadEnvelopes: ['无法读取', 'Unreadable'],
  deadJobs: ['失败的步骤', 'Failed steps'],
  unsent: ['没有发出', 'Not sent'],
  broken: ['没有连上', 'Not connected'],
  allWell: ['一切正常', 'All is well'],
  allWellHint: ['没有需要人处理的内容。', 'Nothing needs a person.'],
  connections: ['连接', 'Connections'],
  noConnections: ['没有长连接的渠道。', 'No channel keeps a connection.'],
  connection: ['连接', 'Connection'],
  state: ['状态', 'State'],
  since: ['自', 'Since'],
  lastSeen: ['最后活动', 'Last sign of life'],
  detail: ['说明', 'Detail'],
  envelopes: ['无法读取的来件', 'Arrivals that could not be read'],
  jobs: ['失败的处理步骤', 'Processing steps that failed'],
  outbox: ['没有发出的消息', 'Messages that were not sent'],
  received: ['收到', 'Received'],
  what: ['内容', 'What'],
  error: ['错误', 'Error'],
  attempts: ['已试', 'Tries'],
  rerun: ['重新处理', 'Run again'],
  rerunAll: ['全部重新处理（{n}）', 'Run all again ({n})'],
  rerunDone: ['已重新排队 {n} 项', '{n} put back to work'],
  raw: ['原始内容', 'Raw content'],
  resend: ['重新发送', 'Send again'],
  giveUp: ['放弃发送', 'Give up'],
  resendUnknown: [
    '结果未知：对方可能已经收到。确定再发一次？',
    'The outcome is unknown: it may have arrived. Send it again?',
  ],
  openTicket: ['打开工单', 'Open the ticket'],
  part: ['部分', 'Part'],
  webhooks: ['Webhook 投递', 'Webhook deliveries'],
  webhookDead: ['{name}：{n} 次投递失败', '{name}: {n} {n|delivery|deliveries} failed'],
  see: ['查看', 'Look'],
} as const satisfies Words

/** States of a connection. */
export const connectionWords = {
  connecting: ['连接中', 'Connecting'],
  up: ['正常', 'Up'],
  degraded: ['不稳定', 'Degraded'],
  down: ['断开', 'Down'],
  stopped: ['已停止', 'Stopped'],
  'config-error': ['配置有误', 'Wrong settings'],
} as const satisfies Words
