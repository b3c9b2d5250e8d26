import { z } from 'zod'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { type EmailConfig, hasOauth } from './config.ts'

/** Signing in failed for a reason that only a person can mend. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
}

const answer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3600),
})

interface Token {
  readonly value: string
  readonly untilMs: number
}

/** Tokens live as long as the settings that they were fetched with. */
const tokens = new WeakMap<EmailConfig, Token>()
/** A token is renewed this long before its end, ms. */
const marginMs = 2 * 60_000

/**
 * A valid access token for XOAUTH2, fetched with the refresh token (RFC 6749 section 6) and kept until shortly before its
 * end; undefined for an account with a password. `renew` asks for a new one even if the old one should still hold.
 * Throws SignInError when the provider refuses the refresh token.
 */
export async function accessToken(io: ChannelIo<EmailConfig>, renew = false): Promise<string | undefined> {
  const { config } = io
  if (!hasOauth(config)) return undefined
  const known = tokens.get(config)
  if (!renew && known && known.untilMs - marginMs > io.clock.now()) return known.value
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: config.oauthClientId!,
    refresh_token: config.oauthRefreshToken!,
    ...(config.oauthClientSecret ? { client_secret: config.oauthClientSecret } : {}),
    ...(config.oauthScope ? { scope: config.oauthScope } : {}),
  })
  const response = await io.fetch(
    config.oauthTokenUrl!,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: body.toString(),
      signal: io.signal,
    },
    { maxBytes: 100_000 },
  )
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    throw new SignInError(`the provider refused the OAuth refresh token (HTTP ${response.status})`)
  }
  const parsed = answer.safeParse(response.status === 200 ? await response.json() : null)
  if (!parsed.success) throw new Error(`the provider gave no access token (HTTP ${response.status})`)
  tokens.set(config, {
    value: parsed.data.access_token,
    untilMs: io.clock.now() + parsed.data.expires_in * 1000,
  })
  return parsed.data.access_token
}
