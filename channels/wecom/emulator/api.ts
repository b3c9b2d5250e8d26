import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { upload } from './files.ts'
import { sendMessage, updateCard } from './messages.ts'
import type { Json, Mood, State } from './state.ts'

const ok = { errcode: 0, errmsg: 'ok' }
const tokenLifeMs = 7_200_000

const refusals: Partial<Record<Mood, Json>> = {
  busy: { errcode: 45009, errmsg: 'api freq out of limit' },
  crowded: { errcode: 45033, errmsg: 'api concurrent out of limit' },
  'system-busy': { errcode: -1, errmsg: 'system error' },
  refusing: { errcode: 81013, errmsg: 'user & party & tag all invalid' },
  untrusted: { errcode: 60020, errmsg: 'not allow to access from your ip, from ip: 203.0.113.7' },
}

/** The vendor's HTTPS interface, by HTTP on loopback. */
export function startApi(state: State): Server {
  return createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://vendor')
  state.calls.push(url.pathname)
  if (url.pathname === '/cgi-bin/gettoken') return say(response, giveToken(state, url))
  const mood = state.moods.shift()
  if (mood === 'silent') return
  if (mood === 'cut') return void response.destroy()
  if (mood === 'broken') return void response.writeHead(502).end('<html>502 Bad Gateway</html>')
  if (mood === 'expired' || mood === 'invalid-token') state.accessToken = null
  const refusal = mood && refusals[mood]
  if (refusal) return say(response, refusal)
  const faulty = tokenFault(state, url, mood)
  if (faulty) return say(response, faulty)
  if (url.pathname === '/cgi-bin/media/get') return giveFile(state, url, response)
  const answer = run(state, url, request, Buffer.concat(chunks))
  if (mood === 'done-and-cut') return void response.destroy()
  if (mood === 'half') return half(response, answer)
  say(response, answer)
}

function run(state: State, url: URL, request: IncomingMessage, body: Buffer): Json {
  switch (url.pathname) {
    case '/cgi-bin/message/send':
      return sendMessage(state, body.toString())
    case '/cgi-bin/message/update_template_card':
      return updateCard(state, body.toString())
    case '/cgi-bin/media/upload':
      return upload(state, url.searchParams.get('type') ?? '', request.headers['content-type'] ?? '', body)
    case '/cgi-bin/agent/get':
      return url.searchParams.get('agentid') === state.agentId
        ? { ...ok, agentid: Number(state.agentId), name: '售后派单', close: 0 }
        : { errcode: 301002, errmsg: 'not allow operate another agent with this accesstoken' }
    default:
      return { errcode: 40066, errmsg: `invalid url ${url.pathname}` }
  }
}

/** The same token as long as it is good. */
function giveToken(state: State, url: URL): Json {
  if (url.searchParams.get('corpid') !== state.corpId) return { errcode: 40013, errmsg: 'invalid corpid' }
  if (url.searchParams.get('corpsecret') !== state.secret)
    return { errcode: 40001, errmsg: 'invalid credential' }
  if (!state.accessToken || state.now() >= state.accessToken.untilMs) {
    state.accessToken = { value: randomBytes(40).toString('base64url'), untilMs: state.now() + tokenLifeMs }
  }
  const { value, untilMs } = state.accessToken
  return { ...ok, access_token: value, expires_in: Math.floor((untilMs - state.now()) / 1000) }
}

function tokenFault(state: State, url: URL, mood: Mood | undefined): Json | null {
  const given = url.searchParams.get('access_token')
  if (!given) return { errcode: 41001, errmsg: 'access_token missing' }
  if (state.accessToken?.value === given && state.now() < state.accessToken.untilMs) return null
  return mood === 'invalid-token'
    ? { errcode: 40014, errmsg: 'invalid access_token' }
    : { errcode: 42001, errmsg: 'access_token expired' }
}

function giveFile(state: State, url: URL, response: ServerResponse): void {
  const file = state.files.get(url.searchParams.get('media_id') ?? '')
  if (!file) {
    say(response, { errcode: 40007, errmsg: 'invalid media_id' })
    return
  }
  response.writeHead(200, {
    'content-type': file.contentType,
    'content-disposition': `attachment; filename="${Buffer.from(file.name).toString('latin1')}"`,
  })
  response.end(file.content)
}

function say(response: ServerResponse, answer: Json): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(answer))
}

function half(response: ServerResponse, answer: Json): void {
  const text = JSON.stringify(answer)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}
