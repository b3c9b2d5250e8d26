import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo, SafeResponse } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { failureOf, unanswered } from '../_kit/delivery.ts'
import { signedHeaders } from '../_kit/standard-webhooks.ts'
import type { ApiConfig } from './config.ts'

const limits = { timeoutMs: 15_000, maxBytes: 64 * 1024, maxRedirects: 0 }

/**
 * Posts the answer to the account's callback address, signed by Standard Webhooks with the idempotency key as `webhook-id`:
 * a receiver that keeps the ids sees every answer once. Without a callback address the answer waits in the hub, to be read
 * by the receipt's address, and counts as sent. Throws DeliveryError.
 */
export async function deliver(
  call: ProviderCall,
  idempotencyKey: string,
  io: ChannelIo<ApiConfig>,
): Promise<Receipt> {
  const providerMessageId = String(call.body.messageId)
  const { callbackUrl, callbackSecrets } = io.config
  if (callbackUrl === null) return { providerMessageId, detail: { by: 'receipt' } }
  if (callbackSecrets.length === 0) {
    throw new DeliveryError(
      'never',
      'no_callback_secret',
      'set a callback secret: answers are never sent unsigned',
    )
  }
  const nowMs = io.clock.now()
  const body = JSON.stringify(call.body)
  const response = await send(io, callbackUrl, body, {
    'content-type': 'application/json; charset=utf-8',
    ...signedHeaders(idempotencyKey, nowMs, body, callbackSecrets),
  })
  const failure = failureOf(response, nowMs, true)
  if (failure) throw failure
  return { providerMessageId, detail: { by: 'callback', status: response.status } }
}

async function send(
  io: ChannelIo<ApiConfig>,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<SafeResponse> {
  try {
    return await io.fetch(url, { method: 'POST', headers, body, signal: io.signal }, limits)
  } catch (error) {
    throw unanswered(error)
  }
}

/** Fetches a file that a request named by its address. */
export async function fetchAttachment(
  ref: JsonObject,
  io: ChannelIo<ApiConfig>,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string }> {
  const response = await io.fetch(String(ref.url), { signal: io.signal })
  if (response.status !== 200) throw new Error(`the file's address answered ${response.status}`)
  const bytes = await response.bytes()
  return {
    content: (async function* () {
      yield bytes
    })(),
    contentType: response.headers['content-type'] ?? 'application/octet-stream',
  }
}
