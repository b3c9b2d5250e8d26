import type { ChannelIo } from '../../../src/contract/ports.ts'
import { openGateway } from '../api.ts'
import type { DingtalkConfig } from '../config.ts'
import { failureOf } from '../errors.ts'
import { cardTopic, robotTopic } from './frame.ts'

/** Where to connect, once, within 90 s. */
export interface Ticket {
  readonly endpoint: string
  readonly ticket: string
}

/** Opening failed; `isConfig`: until somebody changes the settings it will fail again. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly isConfig: boolean
  constructor(message: string, isConfig: boolean) {
    super(message)
    this.isConfig = isConfig
  }
}

/**
 * Asks for a ticket (POST /v1.0/gateway/connections/open, developerpedia "stream/protocol"). Throws GatewayError when DingTalk
 * refuses, DeliveryError when it does not answer.
 */
export async function openTicket(io: ChannelIo<DingtalkConfig>): Promise<Ticket> {
  const { clientId, clientSecret, events, baseUrl } = io.config
  const answer = await openGateway(io, {
    clientId,
    clientSecret,
    ua: 'yitong-sdk-nodejs/1.0.0',
    subscriptions: [
      { type: 'CALLBACK', topic: robotTopic },
      { type: 'CALLBACK', topic: cardTopic },
      ...(events ? [{ type: 'EVENT', topic: '*' }] : []),
    ],
  })
  if (answer.code !== null) {
    const { message, retry, code } = failureOf(answer, true)
    const isConfig =
      retry === 'never' || answer.status === 401 || (answer.status === 403 && retry !== 'later')
    throw new GatewayError(`${code}: ${message}`, isConfig)
  }
  const { endpoint, ticket } = answer.body
  if (typeof endpoint !== 'string' || typeof ticket !== 'string' || ticket === '') {
    throw new GatewayError('the gateway gave no ticket', false)
  }
  const url = URL.parse(endpoint)
  // Whoever takes https seriously must not be led to an open line.
  const wanted = baseUrl.startsWith('https:') ? ['wss:'] : ['wss:', 'ws:']
  if (!url || !wanted.includes(url.protocol)) {
    throw new GatewayError(`the gateway named an unusable endpoint: ${endpoint.slice(0, 200)}`, false)
  }
  return { endpoint, ticket }
}
