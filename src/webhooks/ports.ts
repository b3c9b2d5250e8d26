import type { SafeFetch } from '../contract/ports.ts'
import { StoreError } from '../store/index.ts'

/** Seals an endpoint's signing secrets, bound to the endpoint. */
export interface WebhookSecrets {
  seal(endpointId: string, secrets: readonly string[]): string
  /** Throws StoreError. */
  open(endpointId: string, sealed: string): readonly string[]
}

/** What webhooks need from app. */
export interface WebhookPorts {
  readonly fetch: SafeFetch
  /** Whether an address leads to where no request may go; said when it is saved, and checked again at each delivery. */
  readonly isBarred: (url: string) => Promise<boolean>
  readonly secrets: WebhookSecrets
}

/** An endpoint's signing secrets, newest first; null when they cannot be decrypted any more. */
export function openedSecrets(box: WebhookSecrets, id: string, sealed: string): readonly string[] | null {
  try {
    return box.open(id, sealed)
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}
