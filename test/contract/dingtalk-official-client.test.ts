import { DWClient, type DWClientDownStream, EventAck, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'

/** The vendor's own client, led to the emulator: its gateway's address is a constant of the package. */
class LedClient extends DWClient {
  private readonly gateway: string
  constructor(emulator: DingtalkEmulator, secret = emulator.clientSecret) {
    super({
      clientId: emulator.clientId,
      clientSecret: secret,
      autoReconnect: false,
      keepAlive: false,
    } as never)
    this.gateway = `${emulator.url}/v1.0/gateway/connections/open`
  }

  override async getEndpoint(): Promise<this> {
    const { clientId, clientSecret, ua, subscriptions } = this.getConfig()
    const response = await fetch(this.gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ clientId, clientSecret, ua, subscriptions }),
    })
    if (!response.ok) throw new Error(`the gateway answered ${response.status}`)
    const { endpoint, ticket } = (await response.json()) as { endpoint: string; ticket: string }
    ;(this as unknown as { dw_url: string }).dw_url = `${endpoint}?ticket=${ticket}`
    return this
  }
}

describe('the official DingTalk client understands the emulator: it', () => {
  let emulator: DingtalkEmulator
  let client: LedClient
  beforeEach(async () => {
    vi.spyOn(console, 'info').mockReturnValue()
    vi.spyOn(console, 'warn').mockReturnValue()
    emulator = await startDingtalkEmulator({ silenceMs: 50 })
    emulator.join('u1', '王芳')
    client = new LedClient(emulator)
  })
  afterEach(async () => {
    client.disconnect()
    await emulator.stop()
    vi.restoreAllMocks()
  })

  it('connects with a ticket and is refused with a wrong secret', async () => {
    await client.connect()
    expect(client.connected).toBe(true)
    expect(emulator.stream.connections()).toBe(1)
    const stranger = new LedClient(emulator, 'wrong')
    await stranger.connect()
    expect(stranger.connected).toBe(false)
  })

  it('gets a message to the robot, and its answer arrives', async () => {
    const heard: DWClientDownStream[] = []
    client.registerCallbackListener(TOPIC_ROBOT, (frame) => {
      heard.push(frame)
      client.socketCallBackResponse(frame.headers.messageId, {})
    })
    await client.connect()
    expect(await emulator.say('u1', '空调不制冷', { msgId: 'msg-1==' })).toBe(true)
    expect(JSON.parse(heard[0]!.data)).toMatchObject({
      msgId: 'msg-1==',
      senderStaffId: 'u1',
      senderNick: '王芳',
      msgtype: 'text',
      text: { content: '空调不制冷' },
    })
    expect(heard[0]!.headers).toMatchObject({ topic: TOPIC_ROBOT, contentType: 'application/json' })
  })

  it('gets events and acknowledges them', async () => {
    client.registerAllEventListener(() => ({ status: EventAck.SUCCESS }))
    await client.connect()
    const ack = await emulator.pushEvent('user_leave_org', { userId: ['u2'] })
    expect(JSON.parse(ack!.data)).toEqual({ status: 'SUCCESS' })
  })

  it('gets a tap on a card and changes the card by its answer', async () => {
    emulator.world.templates.add('template.schema')
    emulator.world.cards.set('card-1', {
      outTrackId: 'card-1',
      templateId: 'template.schema',
      callback: { type: 'STREAM', routeKey: '' },
      data: { title: '新工单', b1_text: '接单', b1_key: 'accept' },
      own: new Map(),
      spaces: new Set(['u1']),
    })
    client.registerCallbackListener(TOPIC_CARD, (frame) => {
      const { outTrackId, content } = JSON.parse(frame.data)
      expect({ outTrackId, pressed: JSON.parse(content).cardPrivateData }).toEqual({
        outTrackId: 'card-1',
        pressed: { actionIds: ['1'], params: { key: 'accept' } },
      })
      client.socketCallBackResponse(frame.headers.messageId, {
        cardUpdateOptions: { updateCardDataByKey: true },
        userPrivateData: { cardParamMap: { notice: '已接单' } },
      })
    })
    await client.connect()
    expect(await emulator.press('u1', 'card-1', 'accept')).toEqual({ answered: true, notice: '已接单' })
  })

  it('answers a ping and sees itself disconnected when that is announced', async () => {
    await client.connect()
    const sent = vi.spyOn((client as unknown as { socket: { send(text: string): void } }).socket, 'send')
    emulator.stream.ping('123-dsfs')
    await vi.waitFor(() => expect(sent).toHaveBeenCalled())
    expect(JSON.parse(String(sent.mock.calls[0]![0]))).toMatchObject({
      code: 200,
      data: '{"opaque":"123-dsfs"}',
    })
    emulator.stream.expire()
    await vi.waitFor(() => expect(client.connected).toBe(false))
    await vi.waitFor(() => expect(emulator.stream.connections()).toBe(0))
  })
})
