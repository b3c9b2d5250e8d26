import { timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { verifySigned } from '../_kit/standard-webhooks.ts'
import { type ApiConfig, intakeScope } from './config.ts'
import { readIntake } from './intake.ts'

/** Who called, and the key under which this request is done once. */
export interface Caller {
  /** `signature`, or the token's id: keys of different callers never meet. */
  readonly by: string
  readonly key: string
}

/** Signature or token first, then the body. Pure. */
export function verify(request: RawRequest, config: ApiConfig, nowMs: number): Result<Verified> {
  const caller = request.headers['webhook-signature']
    ? bySignature(request, config, nowMs)
    : byToken(request, config)
  if (!caller.ok) return caller
  if (!/^[\x21-\x7e]{1,200}$/.test(caller.value.key)) {
    const path = caller.value.by === 'signature' ? 'webhook-id' : 'Idempotency-Key'
    const message = 'must be given: 1 to 200 letters, digits or signs of ASCII, without spaces'
    const messageZh = '必须填写：1 至 200 个 ASCII 字母、数字或符号，不含空格'
    return refuse('request.invalid', {}, [{ path, message, messageZh }])
  }
  const intake = readIntake(request.body)
  if (!intake.ok) return intake
  return ok({ request, claims: { ...caller.value } })
}

function bySignature(request: RawRequest, config: ApiConfig, nowMs: number): Result<Caller> {
  const signed = verifySigned(request, config.signingSecrets, nowMs)
  // Only the webhook-id is signed; an Idempotency-Key beside it could be changed on the way.
  return signed.ok ? ok({ by: 'signature', key: signed.value.id }) : signed
}

function byToken(request: RawRequest, config: ApiConfig): Result<Caller> {
  const given = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) return refuse('signature.missing')
  const hash = Buffer.from(sha256(given))
  let found: ApiConfig['tokens'][number] | undefined
  for (const token of config.tokens) {
    const expected = Buffer.from(token.hash)
    if (expected.length === hash.length && timingSafeEqual(expected, hash)) found = token
  }
  // One that was revoked, or is for another account, is no longer told from one that never was.
  if (!found) return refuse('token.unknown')
  if (!found.scopes.includes(intakeScope))
    return refuse('access.scope_missing', { action: 'POST /channels/api', scopes: intakeScope })
  return ok({ by: found.id, key: request.headers['idempotency-key'] ?? '' })
}
