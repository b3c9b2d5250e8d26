import { DeliveryError, type EntryCodes } from '../../src/contract/channel.ts'
import { callApi } from '../_kit/errcode-api.ts'
import { apiOf } from './api.ts'
import type { WechatOaConfig } from './config.ts'
import { limits } from './limits.ts'

/**
 * QR codes with parameters (POST /cgi-bin/qrcode/create, "Generating Parametric QR Codes"): the token is the scene, which comes back
 * with SCAN and subscribe. The address in the answer is what the code holds.
 */
export const entryCodes: EntryCodes<WechatOaConfig> = {
  lifetimes: ['permanent', 'temporary'],
  scene: (token) => token,
  async make({ scene, lifetime }, io) {
    const isTemporary = lifetime === 'temporary'
    const body = {
      action_name: isTemporary ? 'QR_STR_SCENE' : 'QR_LIMIT_STR_SCENE',
      ...(isTemporary ? { expire_seconds: limits.codeSeconds } : {}),
      action_info: { scene: { scene_str: scene } },
    }
    const askedAtMs = io.clock.now()
    const answer = await callApi(apiOf(io), io, { path: '/cgi-bin/qrcode/create', body, repeatable: true })
    if (typeof answer.url !== 'string' || answer.url === '') {
      throw new DeliveryError('later', 'no_url', 'there is no address in the answer')
    }
    const seconds = Number(answer.expire_seconds) || limits.codeSeconds
    return { url: answer.url, expiresAtMs: isTemporary ? askedAtMs + seconds * 1000 : null }
  },
  address: (made) => made,
}
