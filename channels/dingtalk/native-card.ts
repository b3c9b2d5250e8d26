import type { Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { callApi } from './api.ts'
import type { CardCall, Target } from './call.ts'
import { cardSecretOf, type DingtalkConfig } from './config.ts'
import { type Answer, failureOf, isCardGone, isTemplateUnusable } from './errors.ts'

type Io = ChannelIo<DingtalkConfig>
type NativeCard = NonNullable<CardCall['native']>

/** Why the card must go out as a message with buttons instead. */
interface Unusable {
  readonly unusable: string
}

/**
 * Sends or changes a card. Both may be repeated: `outTrackId` names the card. Says `unusable` when the template or the permission
 * is missing, because an engineer who gets plain buttons is better off than one who gets nothing. Throws DeliveryError.
 */
export async function deliverCard(io: Io, target: Target, card: NativeCard): Promise<Receipt | Unusable> {
  if (card.update) {
    const answer = await update(io, card)
    if (answer.code === null) return receiptOf(card)
    if (!isCardGone(answer)) throw failureOf(answer, true)
  }
  const answer = await create(io, target, card)
  if (answer.code === null) checkDelivery(answer)
  else if (answer.code === 'param.cardAlreadyExist') return receiptOf(card)
  else if (isTemplateUnusable(answer)) {
    io.log.error({ code: answer.code, reason: answer.message }, 'the card template cannot be used')
    return { unusable: answer.code }
  } else throw failureOf(answer, true)
  return receiptOf(card)
}

const receiptOf = ({ outTrackId }: NativeCard): Receipt => ({
  providerMessageId: outTrackId,
  handle: { outTrackId },
})

/** "interactive-card-update-interface": everybody who has the card sees the change. */
function update(io: Io, { outTrackId, params }: NativeCard): Promise<Answer> {
  const body = {
    outTrackId,
    cardData: { cardParamMap: params },
    cardUpdateOptions: { updateCardDataByKey: true },
    userIdType: 1,
  }
  return callApi(io, { method: 'PUT', path: '/v1.0/card/instances', body })
}

/** "create-and-deliver-cards". */
function create(io: Io, target: Target, card: NativeCard): Promise<Answer> {
  const space = {
    supportForward: false,
    lastMessageI18n: { ZH_CN: card.preview, EN_US: card.preview },
    notification: { alertContent: card.preview, notificationOff: false },
  }
  const { robotCode } = target
  const place =
    'conversationId' in target
      ? {
          openSpaceId: `dtv1.card//IM_GROUP.${target.conversationId}`,
          imGroupOpenSpaceModel: space,
          imGroupOpenDeliverModel: { robotCode },
        }
      : {
          openSpaceId: `dtv1.card//IM_ROBOT.${target.userId}`,
          imRobotOpenSpaceModel: space,
          imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode },
        }
  const body = {
    cardTemplateId: card.cardTemplateId,
    outTrackId: card.outTrackId,
    callbackType: card.callbackType,
    ...(card.callbackType === 'HTTP' ? { callbackRouteKey: routeKeyOf(io) } : {}),
    cardData: { cardParamMap: card.params },
    userIdType: 1,
    ...place,
  }
  return callApi(io, { method: 'POST', path: '/v1.0/card/instances/createAndDeliver', body })
}

/** 200 does not mean that anybody got it: each place has a result of its own. */
function checkDelivery(answer: Answer): void {
  const { result } = answer.body as { result?: { deliverResults?: unknown } }
  const results = Array.isArray(result?.deliverResults) ? result.deliverResults : []
  const failed = results.find((each) => each?.success !== true)
  if (results.length > 0 && !failed) return
  const message = String(failed?.errorMsg ?? 'no deliverResults')
  throw failureOf(
    { ...answer, code: /busy|system/i.test(message) ? 'system.busy' : 'deliver_failed', message },
    true,
  )
}

/** The name of our callback address toward DingTalk. */
const routeKeyOf = (io: Io) => `yitong-${io.accountId}`

/**
 * "register-card-callback-address": where taps are posted in HTTP mode, and the secret they are signed with. Null when it is
 * registered, else DingTalk's answer.
 */
export async function registerCardCallback(io: Io, callbackUrl: string): Promise<Answer | null> {
  const body = {
    apiSecret: cardSecretOf(io.config),
    callbackUrl,
    callbackRouteKey: routeKeyOf(io),
    forceUpdate: true,
  }
  const answer = await callApi(io, { method: 'POST', path: '/v1.0/card/callbacks/register', body })
  return answer.code === null ? null : answer
}
