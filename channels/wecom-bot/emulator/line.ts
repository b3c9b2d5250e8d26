import { randomBytes } from 'node:crypto'
import type { WebSocket, WebSocketServer } from 'ws'
import { type Answer, run } from './commands.ts'
import type { Json, Mood, State } from './state.ts'

interface Frame {
  readonly cmd?: string
  readonly headers?: { readonly req_id?: string }
  readonly body?: Json
}

const refusals: Partial<Record<Mood, Answer>> = {
  busy: { errcode: 846607, errmsg: 'too many request' },
  'system-busy': { errcode: -1, errmsg: 'system error' },
  refusing: { errcode: 40058, errmsg: 'invalid content' },
}

/** The connection of the robot: one at a time; a newer one ends the older one. */
export class Line {
  private active: WebSocket | null = null
  private readonly state: State
  /** Signs of life are no longer answered: the line is dead, and nobody has said so. */
  deaf = false
  /** New connections are turned away. */
  refusing = false
  /** Takes connections, and does not answer the sign-in. */
  mute = false
  /** Error that answers every sign-in; null lets the right ones in. */
  signInError: { readonly errcode: number; readonly errmsg: string } | null = null
  /** How often somebody signed in. */
  signIns = 0

  constructor(server: WebSocketServer, state: State) {
    this.state = state
    server.on('connection', (socket) => {
      if (this.refusing) socket.terminate()
      else this.open(socket)
    })
  }

  private open(socket: WebSocket): void {
    let isSignedIn = false
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.active === socket) this.active = null
    })
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as Frame
      const reqId = frame.headers?.req_id ?? ''
      if (frame.cmd === 'aibot_subscribe') {
        if (this.mute) return
        isSignedIn = this.signIn(socket, reqId, frame.body ?? {})
      } else if (frame.cmd === 'ping') {
        if (!this.deaf) send(socket, reqId, { errcode: 0, errmsg: 'ok' })
      } else if (!isSignedIn) socket.terminate()
      else this.command(socket, frame.cmd ?? '', reqId, frame.body ?? {})
    })
  }

  /** Which code a wrong secret has is not documented; 40001 (invalid credential) stands for it. */
  private signIn(socket: WebSocket, reqId: string, body: Json): boolean {
    const isRight = body.bot_id === this.state.botId && body.secret === this.state.secret
    const error =
      this.signInError ?? (isRight ? null : { errcode: 40001, errmsg: 'invalid bot_id or secret' })
    send(socket, reqId, error ?? { errcode: 0, errmsg: 'ok' })
    if (error) return false
    const before = this.active
    this.active = socket
    this.signIns++
    if (before) {
      const event = { eventtype: 'disconnected_event' }
      this.push(before, 'aibot_event_callback', { msgtype: 'event', from: { userid: '' }, event })
      before.close(1000, 'replaced')
    }
    return true
  }

  private command(socket: WebSocket, cmd: string, reqId: string, body: Json): void {
    this.state.commands.push(cmd)
    const mood = this.state.moods.shift()
    if (mood === 'silent') return
    const answer = (mood && refusals[mood]) ?? run(this.state, cmd, reqId, body)
    if (mood === 'done-and-cut') socket.terminate()
    else if (mood !== 'done-and-silent') send(socket, reqId, { ...answer })
  }

  private push(socket: WebSocket, cmd: string, body: Json, reqId = randomBytes(12).toString('hex')): string {
    const message = {
      msgid: randomBytes(12).toString('hex'),
      aibotid: this.state.botId,
      create_time: Math.floor(this.state.now() / 1000),
      ...body,
    }
    socket.send(JSON.stringify({ cmd, headers: { req_id: reqId }, body: message }))
    return reqId
  }

  /** Sends a message or an event to whoever is connected; null, and lost, when nobody is. */
  tell(cmd: 'aibot_msg_callback' | 'aibot_event_callback', body: Json, reqId?: string): string | null {
    if (!this.active) {
      this.state.lost++
      return null
    }
    return this.push(this.active, cmd, body, reqId)
  }

  /** Sends bytes as they are: half a frame, or none. */
  tellRaw(data: string): void {
    this.active?.send(data)
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.active?.terminate()
  }

  get isConnected(): boolean {
    return this.active !== null
  }
}

function send(socket: WebSocket, reqId: string, answer: Json): void {
  socket.send(JSON.stringify({ headers: { req_id: reqId }, ...answer }))
}
