import type { InboundMessage, ReceiptEnvelope } from '../../../src/contract/message.ts'
import { partOf, type Row, wordOf } from '../pulled.ts'

const changes: Readonly<Record<string, string>> = {
  1: '接待人员从接待池接入了会话',
  2: '会话已转接',
  3: '接待人员结束了会话',
  4: '接待人员重新接入了会话',
}

/** Why a message did not reach the customer (document 94670, msg_send_fail). */
const failures: Readonly<Record<string, string>> = {
  0: '未知原因',
  1: '客服账号已删除',
  2: '应用已关闭',
  4: '会话已过期，超过 48 小时',
  5: '会话已关闭',
  6: '超过 5 条限制',
  7: '未绑定视频号',
  8: '主体未验证',
  9: '未绑定视频号且主体未验证',
  10: '用户拒收',
}

/** Nobody asks for anything by these: kept and shown, never answered. */
const told = { kind: 'event', automatic: 'auto-reply', replyWindow: null } as const

/** What an event says in its customer's conversation; null for those that say nothing there. */
export function eventMessage(row: Row): (Partial<InboundMessage> & Pick<InboundMessage, 'kind'>) | null {
  const event = partOf(row, 'event')
  const type = wordOf(event, 'event_type')
  switch (type) {
    case 'enter_session':
      return entered(event)
    case 'session_status_change': {
      const what = changes[wordOf(event, 'change_type')] ?? '会话状态已变化'
      const who = [wordOf(event, 'old_servicer_userid'), wordOf(event, 'new_servicer_userid')].filter(Boolean)
      return { ...told, fullText: who.length > 0 ? `${what}（${who.join(' → ')}）` : what }
    }
    case 'user_recall_msg':
      return { ...told, fullText: '客户撤回了一条消息' }
    case 'servicer_recall_msg':
      return { ...told, fullText: '接待人员撤回了一条消息' }
    case 'reject_customer_msg_switch_change':
      return {
        ...told,
        fullText: wordOf(event, 'reject_switch') === '1' ? '接待人员拒收了客户消息' : '接待人员取消了拒收',
      }
    case 'msg_send_fail':
    case 'servicer_status_change':
      return null
    default:
      return { ...told, unsupported: `event:${type}` }
  }
}

/**
 * A customer who only opens the chat has not said anything: that is no message, or the desk fills with silent visitors. Who came by
 * a device's code has named the device.
 */
function entered(event: Readonly<Record<string, unknown>>) {
  const token = [wordOf(event, 'scene_param'), wordOf(event, 'scene')].map(decoded).find(isLinkToken)
  if (!token) return null
  return { kind: 'event', fullText: '扫描设备码进入会话', recordLink: token, replyWindow: null } as const
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const isLinkToken = (text: string) => /^[A-Za-z0-9_-]{63}$/.test(text)

/** The vendor's word that a message of ours did not arrive; null for other events. */
export function sendFailure(row: Row, dedupeKey: string, senderKey: string): ReceiptEnvelope | null {
  const event = partOf(row, 'event')
  if (wordOf(event, 'event_type') !== 'msg_send_fail') return null
  const type = wordOf(event, 'fail_type')
  return {
    kind: 'receipt',
    dedupeKey,
    senderKey,
    providerMessageId: wordOf(event, 'fail_msgid'),
    status: 'failed',
    detail: `fail_type ${type}: ${failures[type] ?? '未知原因'}`,
  }
}
