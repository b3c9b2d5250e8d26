import type { ChannelIo } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { FeishuConfig } from './config.ts'
import { deliveryErrorOf, FeishuFailure } from './errors.ts'
import { callFeishu } from './sdk/client.ts'
import { objectOf, textOf } from './shape.ts'

/**
 * The name of a person ("contact-v3/user/get"; permissions contact:contact.base:readonly and contact:user.base:readonly, and the person
 * within the app's 通讯录权限范围). Null when Feishu gives none. Throws DeliveryError.
 */
export async function nameOf(externalId: string, io: ChannelIo<FeishuConfig>): Promise<string | null> {
  try {
    const answer = await callFeishu(io, (client, access) =>
      client.contact.v3.user.get(
        { path: { user_id: externalId }, params: { user_id_type: kindOf(externalId) } },
        access,
      ),
    )
    return textOf(objectOf(answer.data?.user as JsonObject | undefined).name) || null
  } catch (error) {
    throw error instanceof FeishuFailure ? deliveryErrorOf(error) : error
  }
}

/** Which of its ids it is: they begin differently ("faq", "How to get User ID, Open ID, and Union ID"). */
function kindOf(id: string): 'open_id' | 'union_id' | 'user_id' {
  if (id.startsWith('ou_')) return 'open_id'
  return id.startsWith('on_') ? 'union_id' : 'user_id'
}
