import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DingtalkConfig, dingtalkConfigSchema } from '../../../../channels/dingtalk/config.ts'
import { frameRequest } from '../../../../channels/dingtalk/stream/request.ts'
import { verify } from '../../../../channels/dingtalk/verify.ts'
import type { RawRequest, Verified } from '../../../../src/contract/channel.ts'

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'channels', 'dingtalk', 'fixtures')

/** A payload in DingTalk's shape, of our own making. */
export const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))

export const startMs = Date.parse('2026-03-02T09:00:00+08:00')

export const settings = (more: object = {}): DingtalkConfig =>
  dingtalkConfigSchema.parse({ clientId: 'dingclient', clientSecret: 'a secret of the application', ...more })

/** A request to the callback address. */
export const posted = (
  headers: Record<string, string>,
  body: string | Uint8Array,
  query: Record<string, string> = {},
): RawRequest => ({
  method: 'POST',
  path: '/channels/dingtalk/1',
  query,
  headers,
  body: typeof body === 'string' ? Buffer.from(body) : body,
  remoteAddress: '203.0.113.7',
  receivedAtMs: startMs,
})

/** A frame as our own connection hands it over, verified. */
export function framed(frame: object | string, config = settings()): Verified {
  const bytes = Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const verified = verify(frameRequest(bytes, 'wss.example', startMs, config), config, startMs)
  if (!verified.ok) throw new Error(verified.refusal.code)
  return verified.value
}

/** A payload in a frame of its topic. */
export const callback = (topic: string, data: unknown, messageId = 'push-1') => ({
  specVersion: '1.0',
  type: 'CALLBACK',
  headers: { topic, messageId, contentType: 'application/json', time: String(startMs) },
  data: typeof data === 'string' ? data : JSON.stringify(data),
})
