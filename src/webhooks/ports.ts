import type { SafeFetch } from '../contract/ports.ts'

/** Seals an endpoint's signing secrets, bound to the endpoint. */
export interface WebhookSecrets {
  seal(endpointId: string, secrets: readonly string[]): string
  open(endpointId: string, sealed: string): readonly string[]
}

/** What webhooks need from app. */
export interface WebhookPorts {
  readonly fetch: SafeFetch
  /** Whether an address leads to where no request may go; said when it is saved, and checked again at each delivery. */
  readonly isBarred: (url: string) => Promise<boolean>
  readonly secrets: WebhookSecrets
}
