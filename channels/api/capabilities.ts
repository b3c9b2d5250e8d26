import type { Capabilities } from '../../src/contract/channel.ts'
import { maxBodyBytes } from './intake.ts'

/** Ours to say: a caller's program is on the other side. Idempotency keys are kept 30 days. */
export const capabilities: Capabilities = {
  maxTextLength: 10_000,
  // A card is in the JSON besides its words; nobody presses its buttons there.
  cards: 'text',
  attachments: true,
  ackBudgetMs: 10_000,
  redeliveryHorizonMs: 30 * 86_400_000,
  replyWindow: null,
  idempotentSend: 'key',
  settleMs: 0,
  maxRequestBytes: maxBodyBytes,
}
