import type { ChannelIo } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import {
  type ApiRequest,
  askForToken,
  callApi,
  type Download,
  downloadFile,
  type ErrcodeApi,
  type ErrorTable,
  uploadFile,
} from './errcode-api.ts'

/** WeCom's servers; private editions have a host of their own. */
export const wecomBaseUrl = 'https://qyapi.weixin.qq.com'

const second = 1000
const settings = '请检查企业 ID、Secret 和应用权限'

/**
 * Error codes that every interface of WeCom may answer with (developer.work.weixin.qq.com documents 90313, 90454, 90455, 91039). A channel adds
 * its own. Codes that nobody knows are for a person to look at.
 */
export const wecomErrors: ErrorTable = {
  [-1]: { retry: 'later', waitMs: 2 * second, note: 'WeCom is busy' },
  6000: { retry: 'later', waitMs: 1 * second, note: 'somebody else changed the same data' },
  40001: { retry: 'never', note: settings },
  40013: { retry: 'never', note: settings },
  40014: { retry: 'later', note: 'a fresh access token was refused' },
  41001: { retry: 'later', note: 'the access token was missing' },
  42001: { retry: 'later', note: 'a fresh access token was called too old' },
  42009: { retry: 'later', note: 'a fresh access token was called too old' },
  45009: {
    retry: 'later',
    waitMs: 60 * second,
    note: 'too many calls of this interface; it is closed for a minute',
  },
  45033: { retry: 'later', waitMs: 5 * second, note: 'too many calls at the same time' },
  48002: { retry: 'never', note: '应用没有调用此接口的权限' },
  48003: { retry: 'never', note: 'the suite token is invalid' },
  50001: { retry: 'never', note: '回调域名不是可信域名' },
  60011: { retry: 'never', note: '应用没有权限' },
  60020: { retry: 'never', note: '服务器的出口 IP 不在应用的“企业可信 IP”里，请添加错误信息里的 IP' },
  60111: { retry: 'never', note: 'there is no such member' },
  81013: { retry: 'never', note: 'no receiver exists or may be written to by this application' },
  40007: { retry: 'never', note: 'the media id is invalid or older than three days' },
}

/** Whose calls they are: one application of one corporation. */
export interface WecomApp {
  readonly baseUrl: string
  readonly corpId: string
  readonly secret: string
}

type Io = Pick<ChannelIo<unknown>, 'fetch' | 'tokens' | 'clock' | 'signal'>

/** The application's interface, e.g. for `callApi`. `own` are the error codes of a channel besides `wecomErrors`. */
export function wecomApi(app: WecomApp, io: Io, own: ErrorTable = {}): ErrcodeApi {
  const { corpId, secret } = app
  const baseUrl = app.baseUrl.replace(/\/+$/, '')
  const errors = { ...wecomErrors, ...own }
  return {
    baseUrl,
    errors,
    // Another secret has another token: a token of the old one is not used under the new one.
    tokenName: `wecom:${sha256(`${corpId}\n${secret}`).slice(0, 16)}`,
    tokenRefused: new Set([40014, 42001, 42009]),
    fetchToken: () =>
      askForToken(
        io,
        baseUrl,
        { path: '/cgi-bin/gettoken', query: { corpid: corpId, corpsecret: secret } },
        errors,
      ),
  }
}

/** Calls an interface, e.g. `/cgi-bin/kf/send_msg`. Throws DeliveryError by `wecomErrors` and `own`. */
export function wecomCall(app: WecomApp, io: Io, request: ApiRequest, own?: ErrorTable): Promise<JsonObject> {
  return callApi(wecomApi(app, io, own), io, request)
}

/** Smallest file that is taken, bytes (document 90253). */
export const smallestUpload = 5

/** Kinds of temporary media and the largest file of each, bytes (document 90253). */
export const uploadLimits = {
  image: 10_000_000,
  voice: 2_000_000,
  video: 10_000_000,
  file: 20_000_000,
} as const
export type UploadType = keyof typeof uploadLimits

/** Uploads a file as temporary media, good for three days in all applications of the corporation. Resolves to its `media_id`. */
export async function wecomUpload(
  app: WecomApp,
  io: Io,
  type: UploadType,
  file: { readonly name: string; readonly contentType: string; readonly content: Uint8Array },
  own?: ErrorTable,
): Promise<string> {
  const request = { path: '/cgi-bin/media/upload', query: { type } }
  return String((await uploadFile(wecomApi(app, io, own), io, request, file)).media_id)
}

/** Fetches temporary media; it is there for three days. */
export function wecomDownload(app: WecomApp, io: Io, mediaId: string, own?: ErrorTable): Promise<Download> {
  return downloadFile(wecomApi(app, io, own), io, {
    path: '/cgi-bin/media/get',
    query: { media_id: mediaId },
  })
}
