import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type WecomConfig, wecomConfigSchema } from '../../../../channels/wecom/config.ts'
import type { WecomEmulator } from '../../../../channels/wecom/emulator/index.ts'
import { parse } from '../../../../channels/wecom/parse.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'
import type { Envelope } from '../../../../src/contract/message.ts'

/** 2026-03-02T09:00:00+08:00 */
export const nowMs = 1_772_413_200_000

/** Settings as an administrator copies them. */
export function settings({ state, url }: WecomEmulator): WecomConfig {
  const { corpId, agentId, secret, token, aesKey } = state
  return wecomConfigSchema.parse({ corpId, agentId, secret, token, aesKey, baseUrl: url })
}

/** A callback as the server hands it over. */
export function request(given: Partial<RawRequest>): RawRequest {
  return {
    method: 'POST',
    path: '/channels/wecom/1',
    query: {},
    headers: {},
    body: new Uint8Array(),
    remoteAddress: '127.0.0.1',
    receivedAtMs: nowMs,
    ...given,
  }
}

/** What a decrypted message is read as. */
export function read(xml: string): Envelope[] {
  return parse({ request: request({}), claims: { xml } })
}

/** An own payload. */
export function fixture(name: string): string {
  const folder = join(import.meta.dirname, '..', '..', '..', '..', 'channels', 'wecom', 'fixtures')
  return readFileSync(join(folder, `${name}.xml`), 'utf8')
}
