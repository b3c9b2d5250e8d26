import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { RawRequest } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'

/** How far the signed time may lie from ours, ms (Standard Webhooks: five minutes). */
const toleranceMs = 5 * 60_000

/** A signing secret as Standard Webhooks writes it: `whsec_` and the base64 of 24 to 64 bytes. */
export const signingSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be "whsec_" followed by the base64 of 24 to 64 bytes')

const longestHeader = 2048

/**
 * Checks `webhook-id`, `webhook-timestamp` and `webhook-signature` over the raw body (standardwebhooks.com, symmetric `v1`)
 * and returns the signed id. Any of the overlapping secrets may match; the comparison takes constant time. Refuses with
 * `signature.missing`, `signature.expired` or `signature.invalid`.
 */
export function verifySigned(
  request: RawRequest,
  secrets: readonly string[],
  nowMs: number,
): Result<{ readonly id: string }> {
  const id = request.headers['webhook-id']
  const timestamp = request.headers['webhook-timestamp']
  const given = request.headers['webhook-signature']
  if (!id || !timestamp || !given) return refuse('signature.missing')
  if (!/^\d{1,12}$/.test(timestamp) || given.length > longestHeader) return refuse('signature.invalid')
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) return refuse('signature.expired')
  const candidates = given
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3))] : []))
  let matches = false
  for (const secret of secrets) {
    const expected = Buffer.from(signature(secret, id, timestamp, request.body))
    for (const candidate of candidates) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matches = true
    }
  }
  return matches ? ok({ id }) : refuse('signature.invalid')
}

/** The headers that sign a body with every one of the overlapping secrets. */
export function signedHeaders(
  id: string,
  nowMs: number,
  body: string | Uint8Array,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signature(secret, id, timestamp, body)}`).join(' '),
  }
}

function signature(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
}
