import { randomUUID } from 'node:crypto'
import type { ChannelIo, FreshToken } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { askForToken, type ErrcodeApi } from '../_kit/errcode-api.ts'
import type { WechatOaConfig } from './config.ts'
import { errors, tokenErrors, tokenRefused } from './errors.ts'
import { limits } from './limits.ts'

type Io = Pick<ChannelIo<WechatOaConfig>, 'config' | 'fetch' | 'tokens' | 'clock' | 'signal'>

/** The account's interface, for `callApi`. */
export function apiOf(io: Io): ErrcodeApi {
  const { appId, appSecret } = io.config
  const baseUrl = io.config.baseUrl.replace(/\/+$/, '')
  const name = `wechat:${sha256(`${appId}\n${appSecret}`).slice(0, 16)}`
  return {
    baseUrl,
    errors,
    tokenRefused,
    tokenName: name,
    fetchToken: (refused) => freshToken(io, baseUrl, name, refused),
  }
}

/**
 * A stable token (api_getstableaccesstoken): the normal mode gives the same one to everybody and never ends another's. Only when
 * it gives the very token that was just refused, a new one is forced: that ends the old one for all who use it, and 20 a day are
 * allowed, so once in 75 minutes over all nodes.
 */
async function freshToken(
  io: Io,
  baseUrl: string,
  name: string,
  refused: string | undefined,
): Promise<FreshToken> {
  const ask = (force: boolean) => {
    const { appId: appid, appSecret: secret } = io.config
    const body = { grant_type: 'client_credential', appid, secret, force_refresh: force }
    return askForToken(io, baseUrl, { path: '/cgi-bin/stable_token', body }, tokenErrors)
  }
  const token = await ask(false)
  if (token.value !== refused || !(await mayForce(io, name))) return token
  return await ask(true)
}

/** True for the first who asks within the time. */
async function mayForce(io: Io, name: string): Promise<boolean> {
  const mine = randomUUID()
  const kept = await io.tokens.get(`${name}:forced`, async () => ({
    value: mine,
    lifeMs: limits.forcedTokenMs,
  }))
  return kept === mine
}
