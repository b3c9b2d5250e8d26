import { readLink } from '../../channels/qr/token.ts'
import { readLinked } from '../catalogue/index.ts'
import type { RecordRef } from '../contract/message.ts'
import type { Tx } from '../store/index.ts'
import type { Registry } from './channels.ts'
import { qrAccount } from './customers.ts'

/** Finds the device or site of a printed code that came along with a message; null when the code does not hold (any more). */
export type RecordOf = (tx: Tx, token: string) => Promise<RecordRef | null>

/** Checks codes as the form's page does: the signature of a QR account of this hub, and that the row still has that version of its code. */
export function makeRecordOf(registry: Registry): RecordOf {
  return async (tx, token) => {
    const found = qrAccount(registry, token)
    const link = found.ok ? readLink(token, found.value.config.linkSecrets) : found
    if (!link.ok) return null
    const { kind, id, linkVersion } = link.value
    const row = await readLinked(tx, link.value)
    return row && row.linkVersion === linkVersion ? { kind, id, version: row.version } : null
  }
}
