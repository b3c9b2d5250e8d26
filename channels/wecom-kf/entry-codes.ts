import { DeliveryError, type EntryCodes } from '../../src/contract/channel.ts'
import { wecomCall } from '../_kit/wecom-client.ts'
import { type WecomKfConfig, withToken } from './config.ts'
import { listAccounts } from './connect.ts'
import { kfErrors } from './errors.ts'

/** What `enter_session` says of everybody who came by a printed code; a link without a scene takes no `scene_param` (document 94665). */
const vendorScene = 'device'

/**
 * The link of a customer-service account (POST /cgi-bin/kf/add_contact_way, document 94665): made once, and each code has its token in
 * `scene_param`. Where the settings name no customer-service account it is the first that the application may use.
 */
export const entryCodes: EntryCodes<WecomKfConfig> = {
  lifetimes: ['permanent'],
  scene: (_token, { openKfIds }) => `${vendorScene}:${openKfIds[0] ?? ''}`,
  async make(_order, io) {
    const [account] = await listAccounts(io)
    const openKfId = io.config.openKfIds[0] ?? account?.openKfId
    if (openKfId === undefined) {
      throw new DeliveryError(
        'never',
        'no_account',
        '没有可用的客服账号 / there is no customer-service account',
      )
    }
    const body = { open_kfid: openKfId, scene: vendorScene }
    const request = { path: '/cgi-bin/kf/add_contact_way', body, repeatable: true }
    const { url } = await wecomCall(io.config, io, request, kfErrors)
    if (typeof url !== 'string' || !URL.canParse(url)) {
      throw new DeliveryError('later', 'no_url', 'there is no link in the answer')
    }
    return { url, expiresAtMs: null }
  },
  address: withToken,
}
