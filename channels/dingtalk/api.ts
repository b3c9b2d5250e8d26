import type { ChannelIo, FetchLimits, SafeResponse } from '../../src/contract/ports.ts'
import { retryAfterMs, unanswered } from '../_kit/delivery.ts'
import { type TokenRules, withToken } from '../_kit/with-token.ts'
import type { DingtalkConfig } from './config.ts'
import { type Answer, failureOf, isTokenRefused } from './errors.ts'
import { jsonObject } from './stream/frame.ts'

type Io = ChannelIo<DingtalkConfig>

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body: object
}

// DingTalk's own gateway gives up after 3 s.
const defaults: FetchLimits = { timeoutMs: 10_000, maxBytes: 1024 * 1024, maxRedirects: 0 }

/** Calls the API with the account's token. Resolves with whatever DingTalk answered; throws DeliveryError when it did not. */
export function callApi(io: Io, call: Call): Promise<Answer> {
  return withToken(io.tokens, tokenRules(io), (token) =>
    send(io, io.config.baseUrl + call.path, {
      method: call.method,
      headers: { ...json, 'x-acs-dingtalk-access-token': token },
      body: JSON.stringify(call.body),
    }),
  )
}

/** Uploads a file to the older API ("upload-media-files"); the answer names its `media_id`. */
export function uploadMedia(
  io: Io,
  type: 'image' | 'file',
  file: { readonly name: string; readonly contentType: string; readonly content: Uint8Array },
): Promise<Answer> {
  const boundary = 'yitong-7f3a9c1e5b2d4860'
  const name = file.name.replace(/["\r\n]/g, '_')
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${name}"\r\n` +
        `Content-Type: ${file.contentType}\r\n\r\n`,
    ),
    file.content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const headers = { accept: 'application/json', 'content-type': `multipart/form-data; boundary=${boundary}` }
  return withToken(io.tokens, tokenRules(io), (token) => {
    const query = new URLSearchParams({ access_token: token, type })
    return send(io, `${io.config.oapiUrl}/media/upload?${query}`, { method: 'POST', headers, body }, 60_000)
  })
}

/** Asks for a ticket of Stream mode. No token: the Client Secret goes along. */
export function openGateway(io: Io, body: object): Promise<Answer> {
  const url = `${io.config.baseUrl}/v1.0/gateway/connections/open`
  return send(io, url, { method: 'POST', headers: json, body: JSON.stringify(body) })
}

// Without `Accept` the gateway answers in XML.
const json = { accept: 'application/json', 'content-type': 'application/json' }

/** How the account gets its access token ("obtain-the-access-token-of-an-internal-app"). Throws DeliveryError. */
function tokenRules(io: Io): TokenRules<Answer> {
  const { clientId: appKey, clientSecret: appSecret, baseUrl } = io.config
  const fetchToken = async () => {
    const body = JSON.stringify({ appKey, appSecret })
    const answer = await send(io, `${baseUrl}/v1.0/oauth2/accessToken`, {
      method: 'POST',
      headers: json,
      body,
    })
    const { accessToken, expireIn } = answer.body
    if (answer.code !== null || typeof accessToken !== 'string') throw failureOf(answer, true)
    return { value: accessToken, lifeMs: (Number(expireIn) || 7200) * 1000 }
  }
  // The token belongs to the key: another Client ID in the settings must not get this one's.
  return { name: `access:${appKey}`, fetchToken, refused: isTokenRefused }
}

/** Asks DingTalk for a token past the stored one, to try the credentials; throws DeliveryError with DingTalk's reason. */
export async function tryCredentials(io: Io): Promise<void> {
  await tokenRules(io).fetchToken()
}

async function send(
  io: Io,
  url: string,
  init: Parameters<Io['fetch']>[1],
  timeoutMs?: number,
): Promise<Answer> {
  let response: SafeResponse
  try {
    const limits = timeoutMs === undefined ? defaults : { ...defaults, timeoutMs }
    response = await io.fetch(url, { ...init, signal: io.signal }, limits)
  } catch (error) {
    throw unanswered(error)
  }
  return answerOf(response, await response.text(), io.clock.now())
}

/**
 * An answer in either spelling: `{code, message}` with an error status (new API), `{errcode, errmsg}` with 200 (older API), the page
 * of a banned address, or none of them.
 */
export function answerOf(response: SafeResponse, text: string, nowMs: number): Answer {
  const { status } = response
  const waitMs = retryAfterMs(response, nowMs)
  const body = jsonObject(text)
  if (/"status"\s*:\s*1111\b/.test(text) && /"punish"/.test(text)) {
    return { status, code: 'ip_banned', message: '', body: {}, waitMs }
  }
  if (!body) {
    const code = status >= 400 ? `http_${status}` : 'unreadable'
    return { status, code, message: `DingTalk answered ${status} without JSON`, body: {}, waitMs }
  }
  const message = String(body.message ?? body.errmsg ?? body.sub_msg ?? '')
  const older =
    body.errcode === undefined || body.errcode === 0 ? null : String(body.sub_code ?? body.errcode)
  if (older !== null) return { status, code: older, message, body, waitMs }
  if (status >= 400) {
    const given = typeof body.code === 'string' && body.code !== '' ? body.code : `http_${status}`
    // A gateway's 504 stays one whatever it calls itself.
    return { status, code: status === 504 ? 'http_504' : given, message, body, waitMs }
  }
  return { status, code: null, message, body, waitMs }
}
