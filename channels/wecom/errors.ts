import type { ErrorTable } from '../_kit/errcode-api.ts'

/**
 * Error codes of sending, uploading and changing cards, besides those of every interface (`wecomErrors`). Document 90313 (全局错误码) and
 * those of the interfaces: 90236, 90253, 94888.
 */
export const wecomAppErrors: ErrorTable = {
  40003: { retry: 'never', note: '没有这个成员，请检查工程师的企业微信 userid' },
  40004: { retry: 'never', note: 'the media type is not one that WeCom takes' },
  40006: { retry: 'never', note: 'the file is too large or too small for WeCom' },
  40008: { retry: 'never', note: 'the message type is not one that WeCom takes' },
  40009: { retry: 'never', note: 'the image is too large for WeCom' },
  40056: { retry: 'never', note: 'AgentId 不正确' },
  40058: { retry: 'never', note: 'WeCom refuses the content of the message' },
  42045: { retry: 'never', note: 'the card leads nowhere (card_action)' },
  44004: { retry: 'never', note: 'the message is empty' },
  45002: { retry: 'never', note: 'the message is too long for WeCom' },
  45024: { retry: 'later', waitMs: 60_000, note: '发送过于频繁，或超过账号数 × 200 人次/天' },
  45028: { retry: 'later', waitMs: 60_000, note: '发送频率超限' },
  60028: { retry: 'never', note: '应用的可见范围里没有这个成员' },
  84061: { retry: 'never', note: '没有这个外部联系人' },
  301002: { retry: 'never', note: '应用没有权限给这个成员发消息，请检查可见范围' },
  301010: { retry: 'never', note: 'the application is switched off' },
}

/**
 * Codes by which WeCom refuses any call of this application, so that another kind of message would be refused as well. Any other refusal of
 * a card's change is about the card: its response code was used, is too old, or its card is gone.
 */
export const settingsRefused: ReadonlySet<string> = new Set([
  '40001',
  '40013',
  '40056',
  '48002',
  '60011',
  '60020',
  '81013',
  '301002',
  '301010',
])
