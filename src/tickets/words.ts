import type { TicketStatus } from '../contract/ticket.ts'

interface Words {
  readonly zh: string
  readonly en: string
}

/** What people call the statuses. */
export const statusWords: Readonly<Record<TicketStatus, Words>> = {
  open: { zh: '待分派', en: 'open' },
  assigned: { zh: '已派单', en: 'assigned' },
  in_progress: { zh: '处理中', en: 'in progress' },
  on_hold: { zh: '已挂起', en: 'on hold' },
  resolved: { zh: '已解决', en: 'resolved' },
  closed: { zh: '已关闭', en: 'closed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  merged: { zh: '已合并', en: 'merged' },
}

/** What people call the commands. */
export const commandWords = {
  assign: { zh: '派单', en: 'assign' },
  transfer: { zh: '转派', en: 'transfer' },
  start: { zh: '开始处理', en: 'start' },
  hold: { zh: '挂起', en: 'put on hold' },
  resume: { zh: '恢复', en: 'resume' },
  resolve: { zh: '解决', en: 'resolve' },
  close: { zh: '关闭', en: 'close' },
  reopen: { zh: '重新打开', en: 'reopen' },
  cancel: { zh: '取消', en: 'cancel' },
  merge: { zh: '合并', en: 'merge' },
} satisfies Readonly<Record<string, Words>>
