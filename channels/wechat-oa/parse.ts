import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope } from '../../src/contract/message.ts'
import { readXml, textOf, type XmlObject } from '../_kit/wechat-xml.ts'
import { eventOf } from './convert/event.ts'
import { contentOf } from './convert/message.ts'
import { momentOf } from './convert/moment.ts'

/** The callback's XML: what was decrypted, or the body. Throws when it is none. */
export function messageXml({ request, claims }: Verified): XmlObject {
  const { message } = claims
  return readXml(typeof message === 'string' ? message : Buffer.from(request.body).toString('utf8'))
}

/** One envelope for each callback, none for events that say nothing about a conversation. Pure. Throws when it is no message. */
export function parse(verified: Verified): Envelope[] {
  const xml = messageXml(verified)
  const from = textOf(xml, 'FromUserName')
  const type = textOf(xml, 'MsgType').toLowerCase()
  if (from === '' || type === '') throw new Error('a callback names its sender and its type')
  if (type === 'event') return eventOf(xml, from)
  const id = textOf(xml, 'MsgId')
  // Message ids were seen to repeat between senders.
  const dedupeKey = id === '' ? `at:${from}:${textOf(xml, 'CreateTime')}:${type}` : `msg:${from}:${id}`
  return [
    {
      kind: 'message',
      dedupeKey,
      senderKey: from,
      threadKey: from,
      identity: { externalId: from },
      message: {
        providerMessageId: id === '' ? dedupeKey : id,
        sentAtMs: momentOf(xml),
        text: '',
        attachments: [],
        ...contentOf(xml, type, id),
      },
    },
  ]
}
