import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import type { QrConfig } from './config.ts'
import { replyHeader, verifyReply } from './reply.ts'
import { readSubmission } from './submission.ts'
import { type Link, readLink, readPass, readUpload } from './token.ts'

/** What verification established besides the bytes; stored with the envelope. */
export interface Claims {
  readonly link: Link
  /** Version of the device or site row that the form showed. */
  readonly version: number
  /** The files, in the order of `uploads`. */
  readonly files: readonly { readonly hash: string; readonly size: number; readonly contentType: string }[]
}

/** The header that carries the form pass: beside the body, because the body must stay the same when it is sent again. */
export const passHeader = 'x-form-pass'

/**
 * A submission is believed when its link is signed by this account, the hub showed the form of that link within the last day
 * (it looked then whether the code is still valid), and every file was uploaded through the same link. Pure.
 */
export function verify(request: RawRequest, config: QrConfig, nowMs: number): Result<Verified> {
  const { linkSecrets } = config
  if (request.headers[replyHeader] !== undefined) return verifyReply(request, linkSecrets)
  const read = readSubmission(request.body)
  if (!read.ok) return read
  const { link: token, uploads } = read.value
  const link = readLink(token, linkSecrets)
  if (!link.ok) return link
  const pass = readPass(token, request.headers[passHeader], linkSecrets, nowMs)
  if (!pass.ok) return pass
  const files = uploads.map(({ upload }) => readUpload(token, upload, linkSecrets, nowMs))
  if (files.some((file) => file === null)) {
    return refuse('request.invalid', {}, [
      { path: 'uploads', message: 'a file must be uploaded again', messageZh: '有一个文件要重新上传' },
    ])
  }
  const kept = files.map((file) => ({ hash: file!.hash, size: file!.size, contentType: file!.contentType }))
  return ok({ request, claims: { link: { ...link.value }, version: pass.value.version, files: kept } })
}
