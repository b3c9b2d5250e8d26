import { randomBytes } from 'node:crypto'
import { bad, good, type Reply } from './answers.ts'
import type { World } from './world.ts'

type Body = Record<string, unknown>

/** "createAndDeliver": one card by its outTrackId, in the spaces that are named. A second one of that name is refused. */
export function createCard(world: World, body: Body): Reply {
  const { outTrackId, cardTemplateId, openSpaceId } = body
  if (typeof outTrackId !== 'string' || outTrackId === '') return bad(400, 'param.outTrackIdEmpty')
  if (typeof openSpaceId !== 'string' || openSpaceId === '') return bad(400, 'param.openSpaceIdEmpty')
  const templateId = String(cardTemplateId)
  if (world.unpublished.has(templateId)) return bad(400, 'param.templateUnpublished')
  if (!world.templates.has(templateId)) return bad(400, 'param.templateNotExist')
  const params = paramsIn(body.cardData)
  if ('status' in params) return params as unknown as Reply
  if (world.cards.has(outTrackId)) return bad(400, 'param.cardAlreadyExist')
  const spaces = spacesIn(openSpaceId)
  if (!spaces) return bad(400, 'param.openSpaceIdInvalid')
  const deliverResults = spaces.map(({ type, id }) => {
    const errorMsg = problemOf(world, body, type, id)
    return { spaceType: type, spaceId: id, success: errorMsg === '', carrierId: carrier(), errorMsg }
  })
  const reached = deliverResults.filter((each) => each.success).map((each) => each.spaceId)
  world.cards.set(outTrackId, {
    outTrackId,
    templateId,
    callback: { type: String(body.callbackType ?? ''), routeKey: String(body.callbackRouteKey ?? '') },
    data: params as Record<string, string>,
    own: new Map(),
    spaces: new Set(reached),
  })
  for (const chat of reached) world.add(chat, { kind: 'card', outTrackId })
  return good({ success: true, result: { outTrackId, deliverResults } })
}

const carrier = () => randomBytes(16).toString('base64')

function problemOf(world: World, body: Body, type: string, id: string): string {
  if (type === 'IM_ROBOT') {
    const model = body.imRobotOpenDeliverModel as Body | undefined
    if (model?.spaceType !== 'IM_ROBOT') return 'spaceDeliverModel is empty'
    return world.members.has(id) ? '' : 'user not exist'
  }
  const model = body.imGroupOpenDeliverModel as Body | undefined
  if (typeof model?.robotCode !== 'string') return 'spaceDeliverModel is empty'
  return world.groups.has(id) ? '' : 'chatbot not exist in the group'
}

function spacesIn(openSpaceId: string): { type: string; id: string }[] | null {
  const prefix = 'dtv1.card//'
  if (!openSpaceId.startsWith(prefix)) return null
  const found = openSpaceId
    .slice(prefix.length)
    .split(';')
    .map((each) => /^(IM_GROUP|IM_ROBOT)\.(.+)$/i.exec(each))
  if (found.some((each) => each === null)) return null
  return found.map((each) => ({ type: each![1]!.toUpperCase(), id: each![2]! }))
}

/** Public data: text only, keys up to 100 bytes, values up to 1 KB. */
function paramsIn(cardData: unknown): Record<string, string> | Reply {
  const map = (cardData as { cardParamMap?: unknown } | undefined)?.cardParamMap
  if (typeof map !== 'object' || map === null) return bad(400, 'param.invalid', 'cardParamMap')
  for (const [key, value] of Object.entries(map)) {
    const isFine =
      typeof value === 'string' && Buffer.byteLength(key) <= 100 && Buffer.byteLength(value) <= 1024
    if (!isFine) return bad(400, 'param.invalid', `cardParamMap.${key}`)
  }
  return map as Record<string, string>
}

/** "PUT /v1.0/card/instances": everybody sees the new data; what a tap's answer showed one person only is over. */
export function updateCard(world: World, body: Body): Reply {
  const card = world.cards.get(String(body.outTrackId))
  if (!card) return bad(400, 'param.cardNotExist', 'param.cardNotExist')
  const params = paramsIn(body.cardData)
  if ('status' in params) return params as unknown as Reply
  const options = body.cardUpdateOptions as Body | undefined
  if (options?.updateCardDataByKey !== true) for (const key of Object.keys(card.data)) delete card.data[key]
  Object.assign(card.data, params)
  for (const own of card.own.values()) for (const key of Object.keys(params)) delete own[key]
  return good({ success: true, result: true })
}
