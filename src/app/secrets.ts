import { type SecretBox, sealIdentity } from '../store/index.ts'

/** Seals the secret settings of channel accounts; bound to the row that holds them. */
export interface Secrets {
  seal(accountId: string, value: Record<string, unknown>): string
  /** Throws StoreError. */
  open(accountId: string, sealed: string): Record<string, unknown>
}

/** Secrets of channel accounts in the installation's box. */
export function accountSecrets(box: SecretBox): Secrets {
  return {
    seal: (id, value) => box.seal(JSON.stringify(value), sealIdentity('channel_account', id)),
    open: (id, sealed) =>
      JSON.parse(box.open(sealed, sealIdentity('channel_account', id))) as Record<string, unknown>,
  }
}
