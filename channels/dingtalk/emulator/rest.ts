import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bad, good, oldBad, type Reply, troubleReply } from './answers.ts'
import { createCard, updateCard } from './cards.ts'
import type { Chaos } from './chaos.ts'
import type { StreamServer } from './stream.ts'
import type { World } from './world.ts'

/** What the API knows. */
export interface RestContext {
  readonly clientId: string
  readonly clientSecret: string
  readonly robotCode: string
  readonly chaos: Chaos
  readonly world: World
  readonly stream: StreamServer
  /** The address of this server; known when it listens. */
  url(): string
  /** Called after each API call. */
  called(path: string): void
}

type Body = Record<string, unknown>

/** The API on both hosts, in DingTalk's shapes. */
export function makeRest(context: RestContext) {
  let token = ''
  const { chaos, world } = context
  const routes = routesOf(context)

  function accessToken(body: Body): Reply {
    if (body.appKey !== context.clientId || body.appSecret !== context.clientSecret) {
      return bad(400, 'invalidClientIdOrSecret', '无效的clientId或者clientSecret')
    }
    token ||= randomBytes(16).toString('hex')
    return good({ accessToken: token, expireIn: 7200 })
  }

  function api(path: string, request: IncomingMessage, raw: Buffer, query: URLSearchParams): Reply | null {
    const isOld = path === '/media/upload'
    const trouble = chaos.next.shift()
    if (trouble === 'hang') return null
    if (trouble === 'token-expired') token = ''
    const given = isOld ? query.get('access_token') : request.headers['x-acs-dingtalk-access-token']
    if (token === '' || given !== token) {
      return isOld
        ? oldBad(40014, '不合法的access_token')
        : bad(400, 'InvalidAuthentication', '不合法的access_token')
    }
    const failed = trouble ? troubleReply(trouble, isOld) : null
    if (failed && trouble !== 'gateway-timeout-after-doing-it') return failed
    const route = routes[`${request.method} ${path}`]
    if (!route) return bad(404, 'InvalidAction.NotFound', 'Specified api is not found')
    const body = isOld ? {} : objectIn(raw)
    if (!body) return bad(400, 'InvalidParameter', 'the body is no JSON object')
    const reply = route(trouble ? { ...body, trouble } : body, raw, query)
    return failed ?? reply
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (path.startsWith('/files/')) return sendFile(world, path.slice('/files/'.length), request, response)
    context.called(path)
    const reply =
      path === '/v1.0/oauth2/accessToken'
        ? accessToken(objectIn(raw) ?? {})
        : path === '/v1.0/gateway/connections/open'
          ? openGateway(context, request, objectIn(raw) ?? {})
          : api(path, request, raw, searchParams)
    if (reply) write(response, reply)
  }
}

type Route = (body: Body, raw: Buffer, query: URLSearchParams) => Reply

function routesOf(context: RestContext): Readonly<Record<string, Route>> {
  const { world } = context
  return {
    'POST /v1.0/robot/oToMessages/batchSend': (body) => sendToPeople(context, body),
    'POST /v1.0/robot/groupMessages/send': (body) => sendToGroup(context, body),
    'POST /v1.0/robot/messageFiles/download': (body) => fileAddress(context, body),
    'POST /v1.0/card/instances/createAndDeliver': (body) => createCard(world, body),
    'PUT /v1.0/card/instances': (body) => updateCard(world, body),
    'POST /v1.0/card/callbacks/register': (body) => registerCallback(world, body),
    'POST /media/upload': (_body, raw, query) => upload(world, raw, query),
  }
}

/** Expires in 90 s, as the real one. Without `Accept: application/json` the answer is XML. */
function openGateway(context: RestContext, request: IncomingMessage, body: Body): Reply {
  const { gatewayStatus } = context.chaos
  if (gatewayStatus === 403) return bad(403, 'Forbidden.AccessDenied', '应用未发布或已停用')
  if (gatewayStatus !== null) return bad(gatewayStatus, 'ServiceUnavailable', 'emulated')
  if (body.clientId !== context.clientId || body.clientSecret !== context.clientSecret) {
    return bad(401, 'authFailed', '鉴权失败')
  }
  const subscriptions = body.subscriptions
  if (!Array.isArray(subscriptions) || subscriptions.length === 0)
    return bad(400, 'subscriptionsEmpty', '订阅为空')
  const endpoint = context.chaos.endpoint ?? `${context.url().replace('http:', 'ws:')}/connect`
  const ticket = context.stream.ticket(subscriptions as { type: string; topic: string }[])
  if (!request.headers.accept?.includes('application/json')) {
    const xml = `<Response><endpoint>${endpoint}</endpoint><ticket>${ticket}</ticket></Response>`
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml }
  }
  return good({ endpoint, ticket })
}

const messageKeys: Readonly<Record<string, readonly string[]>> = {
  sampleText: ['content'],
  sampleMarkdown: ['title', 'text'],
  sampleImageMsg: ['photoURL'],
  sampleFile: ['mediaId', 'fileName', 'fileType'],
  sampleActionCard: ['title', 'text', 'singleTitle', 'singleURL'],
  ...Object.fromEntries(
    [2, 3, 4, 5].map((n) => [
      `sampleActionCard${n}`,
      [
        'title',
        'text',
        ...Array.from({ length: n }, (_, i) => [`actionTitle${i + 1}`, `actionURL${i + 1}`]).flat(),
      ],
    ]),
  ),
}

/** The message that the robot is to say; a reply when it cannot be one. */
function messageIn(
  { robotCode }: RestContext,
  body: Body,
): Reply | { msgKey: string; param: Record<string, string> } {
  if (body.robotCode !== robotCode) return bad(400, 'invalidParameter.robotCode.notExsit', 'robotCode 不存在')
  const msgKey = String(body.msgKey)
  const wanted = messageKeys[msgKey]
  if (!wanted) return bad(400, 'invalidParameter.msgKey.invalid', msgKey)
  const param = typeof body.msgParam === 'string' ? objectIn(Buffer.from(body.msgParam)) : null
  const missing = wanted.filter((name) => typeof param?.[name] !== 'string' || param[name] === '')
  if (missing.length > 0) return bad(400, 'invalidParameter.msgParam.invalid', missing.join(','))
  if (Buffer.byteLength(String(body.msgParam)) > 20_000) return bad(400, 'invalidParameter.msgParam.tooLong')
  return { msgKey, param: param as Record<string, string> }
}

function sendToPeople(context: RestContext, body: Body): Reply {
  const { userIds, trouble } = body
  if (!Array.isArray(userIds) || userIds.length === 0 || userIds.length > 20) {
    return bad(400, 'invalidParameter.userIds.invalid', '1 到 20 个 userId')
  }
  const message = messageIn(context, body)
  if ('status' in message) return message
  const known = (userIds as string[]).filter((id) => context.world.members.has(id))
  if (known.length === 0) return bad(400, 'staffId.notExisted', '员工 id 不存在')
  const invalidStaffIdList =
    trouble === 'unknown-receiver' ? userIds : userIds.filter((id) => !known.includes(id))
  const flowControlledStaffIdList = trouble === 'flow-control' ? userIds : []
  const reached = known.filter(
    (id) => !invalidStaffIdList.includes(id) && !flowControlledStaffIdList.includes(id),
  )
  for (const id of reached) context.world.add(id, { kind: 'message', ...message })
  const processQueryKey = randomBytes(16).toString('base64')
  return good({ processQueryKey, invalidStaffIdList, flowControlledStaffIdList })
}

function sendToGroup(context: RestContext, body: Body): Reply {
  const conversation = String(body.openConversationId)
  if (!context.world.groups.has(conversation)) {
    return bad(400, 'invalidParameter.openConversationId.invalid', 'openConversationId 不合法')
  }
  const message = messageIn(context, body)
  if ('status' in message) return message
  context.world.add(conversation, { kind: 'message', ...message })
  return good({ processQueryKey: randomBytes(16).toString('base64') })
}

function fileAddress(context: RestContext, body: Body): Reply {
  const { downloadCode, robotCode } = body
  if (robotCode !== context.robotCode) return bad(400, 'invalidParameter.robotCode.auth', 'robotCode 无权限')
  if (!context.world.files.has(String(downloadCode)))
    return bad(400, 'invalidParameter.robotCode.downloadCode', 'downloadCode 已过期')
  return good({ downloadUrl: `${context.url()}/files/${encodeURIComponent(String(downloadCode))}` })
}

function registerCallback(world: World, body: Body): Reply {
  const { callbackRouteKey, callbackUrl, apiSecret } = body
  if (typeof callbackRouteKey !== 'string' || typeof callbackUrl !== 'string') return bad(400, 'param.empty')
  world.callbackUrls.set(callbackRouteKey, { url: callbackUrl, secret: String(apiSecret ?? '') })
  return good({ success: true, result: { callbackUrl, apiSecret } })
}

function upload(world: World, raw: Buffer, query: URLSearchParams): Reply {
  const text = raw.toString('latin1')
  const boundary = text.slice(0, text.indexOf('\r\n'))
  const start = text.indexOf('\r\n\r\n')
  const end = text.lastIndexOf(`\r\n${boundary}--`)
  const name = /name="media"; filename="([^"]*)"/.exec(text)?.[1]
  if (!name || start < 0 || end < start) return oldBad(40035, '不合法的参数')
  const type = query.get('type')
  if (type !== 'image' && type !== 'file') return oldBad(40004, '不合法的媒体文件类型')
  const content = raw.subarray(start + 4, end)
  if (content.length > 20 * 1024 * 1024) return oldBad(40006, '不合法的文件大小')
  const media_id = world.keep('@', Buffer.from(name, 'latin1').toString('utf8'), content)
  return good({ errcode: 0, errmsg: 'ok', media_id, type, created_at: Date.now() })
}

/** An address with its own signature: a request that also carries the token is refused, as object stores do. */
function sendFile(world: World, code: string, request: IncomingMessage, response: ServerResponse): void {
  const file = world.files.get(decodeURIComponent(code))
  const isTwiceProved = request.headers['x-acs-dingtalk-access-token'] || request.headers.authorization
  if (!file || isTwiceProved) return void response.writeHead(file ? 400 : 404).end()
  response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.content)
}

function objectIn(raw: Buffer): Body | null {
  try {
    const value: unknown = JSON.parse(raw.toString())
    return typeof value === 'object' && value !== null ? (value as Body) : null
  } catch {
    return null
  }
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(text)
}
