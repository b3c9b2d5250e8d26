import { createHmac } from 'node:crypto'
import type { ActionAnswer, RawResponse, ReceiveOutcome, Verified } from '../../src/contract/channel.ts'
import { sealMessage } from '../_kit/msg-crypt.ts'
import { cdata, textOf, type XmlObject } from '../_kit/wechat-xml.ts'
import { appCards, cardXml, templateCard } from '../_kit/wecom-card.ts'
import { keysOf, type WecomConfig } from './config.ts'
import { pressIn } from './parse.ts'
import type { Claims } from './verify.ts'

/** Nothing to say, and no repeat wanted (document 90930). */
const received: RawResponse = { status: 200, body: '' }

/**
 * An empty 200 for everything but a tap on a card. A tap is answered with the new card, or with the words in place of its buttons
 * (document 90241, `update_template_card` and `update_button`), sealed for the one who tapped. Pure: a repeat gets the same bytes.
 */
export function ack(
  verified: Verified,
  outcomes: readonly ReceiveOutcome[],
  config: WecomConfig,
): RawResponse {
  const { xml } = verified.claims as unknown as Claims
  const outcome = outcomes[0]
  const event = outcome ? pressIn(xml) : null
  if (!outcome || !event) return received
  return sealed(verified, event, replyTo(event, outcome.answer), config)
}

/** The passive reply without its frame. */
function replyTo(event: XmlObject, answer: ActionAnswer | undefined): string {
  if (!answer) return replacedButton('处理中…')
  if (answer.card) {
    const options = {
      dialect: appCards,
      lang: 'zh',
      taskId: textOf(event, 'TaskId'),
      update: true,
    } as const
    const card = templateCard(answer.card, options)
    return `<MsgType>${cdata('update_template_card')}</MsgType>${cardXml(card!)}`
  }
  // WeCom has no other place for words.
  return replacedButton(answer.text)
}

function replacedButton(text: string): string {
  return `<MsgType>${cdata('update_button')}</MsgType><Button><ReplaceName>${cdata(text)}</ReplaceName></Button>`
}

function sealed({ request }: Verified, event: XmlObject, reply: string, config: WecomConfig): RawResponse {
  const { timestamp = '', nonce = '', msg_signature: signature = '' } = request.query
  const random = createHmac('sha256', config.aesKey).update(`${signature}\n${reply}`).digest().subarray(0, 16)
  const frame =
    `<xml><ToUserName>${cdata(textOf(event, 'FromUserName'))}</ToUserName>` +
    `<FromUserName>${cdata(config.corpId)}</FromUserName><CreateTime>${Number(timestamp)}</CreateTime>${reply}</xml>`
  const message = sealMessage(keysOf(config), frame, { timestamp, nonce, random })
  const body =
    `<xml><Encrypt>${cdata(message.encrypted)}</Encrypt><MsgSignature>${cdata(message.signature)}</MsgSignature>` +
    `<TimeStamp>${Number(timestamp)}</TimeStamp><Nonce>${cdata(nonce)}</Nonce></xml>`
  return { status: 200, headers: { 'content-type': 'application/xml; charset=utf-8' }, body }
}
