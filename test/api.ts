import type { RawRequest, ReceiveOutcome } from '../src/contract/channel.ts'
import type { TestHub } from './hub.ts'

/** Hands a request of the open API to the inbox as its mount would after verification. */
export async function sendToApi(
  test: TestHub,
  accountId: string,
  { key, ...body }: { readonly key: string; readonly [member: string]: unknown },
  receivedAtMs = Date.now(),
): Promise<readonly ReceiveOutcome[]> {
  await test.hub.registry.refresh()
  const account = test.hub.registry.byId(accountId)!
  const request: RawRequest = {
    method: 'POST',
    path: `/channels/api/${accountId}`,
    query: {},
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: Buffer.from(JSON.stringify(body)),
    remoteAddress: '127.0.0.1',
    receivedAtMs,
  }
  const claims = { by: 'token:test', key }
  const envelopes = account.channel.parse({ request, claims }, account.config)
  return await test.hub.receive(
    envelopes.map(({ kind, dedupeKey, senderKey }, part) => ({
      ...{ accountId, request, claims, part, kind, dedupeKey, senderKey },
    })),
  )
}
