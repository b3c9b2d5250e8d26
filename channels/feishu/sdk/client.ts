import type { Client } from '@larksuiteoapi/node-sdk'
import { DeliveryError } from '../../../src/contract/channel.ts'
import type { ChannelIo, FreshToken } from '../../../src/contract/ports.ts'
import { withToken } from '../../_kit/with-token.ts'
import type { FeishuConfig } from '../config.ts'
import { deliveryErrorOf, FeishuFailure, tokenCodes } from '../errors.ts'
import { objectOf, textOf } from '../shape.ts'
import { currentIo, httpInstance, sendJson } from './http.ts'

/** The official client's own words are not ours: errors come as errors. */
export const quiet = { error() {}, warn() {}, info() {}, debug() {}, trace() {} }

type Io = ChannelIo<FeishuConfig>
/** What a call of the official client takes besides its payload. */
type Authorization = { headers: { Authorization: string } }
type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: FeishuFailure }

// Building one takes milliseconds and thousands of closures; the settings of an account are one object until they change.
const clients = new WeakMap<FeishuConfig, Promise<Client>>()

function clientOf(config: FeishuConfig): Promise<Client> {
  const known = clients.get(config)
  if (known) return known
  const made = import('@larksuiteoapi/node-sdk').then(
    ({ Client }) =>
      new Client({
        appId: config.appId,
        appSecret: config.appSecret,
        domain: config.baseUrl,
        httpInstance,
        logger: quiet,
        // Its cache is in memory and lets everybody fetch at once; ours is shared by all nodes.
        disableTokenCache: true,
      }),
  )
  clients.set(config, made)
  return made
}

/**
 * Calls Feishu by the official client with the hub's token; when the token is refused, a new one is fetched and the call made once
 * more. Rejects with FeishuFailure, with DeliveryError when there was no token to be had, or as `io.fetch` does without an answer.
 */
export async function callFeishu<T>(
  io: Io,
  call: (client: Client, authorization: Authorization) => Promise<T>,
): Promise<T> {
  const client = await clientOf(io.config)
  return await withAccess(io, (token) =>
    currentIo.run(io, () => call(client, { headers: { Authorization: `Bearer ${token}` } })),
  )
}

/** Anything that needs the hub's token; see `callFeishu`. */
export async function withAccess<T>(io: Io, call: (token: string) => Promise<T>): Promise<T> {
  const settled = await withToken<Settled<T>>(
    io.tokens,
    {
      name: `tenant:${io.config.appId}`,
      fetchToken: () => fetchToken(io),
      refused: (answer) => !answer.ok && tokenCodes.has(answer.failure.code),
    },
    (token) => settle(call(token)),
  )
  if (!settled.ok) throw settled.failure
  return settled.value
}

async function settle<T>(running: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await running }
  } catch (error) {
    if (error instanceof FeishuFailure) return { ok: false, failure: error }
    throw error
  }
}

/** Fetches a tenant_access_token, good for at most two hours ("auth-v3/auth/tenant_access_token_internal"). */
export async function fetchToken(io: Pick<Io, 'config' | 'fetch' | 'signal'>): Promise<FreshToken> {
  const { baseUrl, appId, appSecret } = io.config
  try {
    const answer = objectOf(
      await sendJson(io, {
        method: 'POST',
        url: `${baseUrl}/open-apis/auth/v3/tenant_access_token/internal`,
        data: { app_id: appId, app_secret: appSecret },
      }),
    )
    const value = textOf(answer.tenant_access_token)
    if (!value) throw new FeishuFailure(200, 0, 'there is no token in the answer')
    return { value, lifeMs: (Number(answer.expire) || 0) * 1000 }
  } catch (error) {
    if (error instanceof FeishuFailure) throw deliveryErrorOf(error)
    // Nothing was sent yet, so there is no doubt about it.
    const said = error instanceof Error ? error.message : String(error)
    throw new DeliveryError('later', 'no_token', `no access token could be fetched: ${said}`)
  }
}
