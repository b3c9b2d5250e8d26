import { z } from 'zod'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import {
  smallestUpload,
  type UploadType,
  uploadLimits,
  wecomCall,
  wecomDownload,
  wecomUpload,
} from '../_kit/wecom-client.ts'
import { appOf, type WecomConfig } from './config.ts'
import { settingsRefused, wecomAppErrors } from './errors.ts'
import { limits } from './limits.ts'

type Io = ChannelIo<WecomConfig>

const json = z.record(z.string(), z.json()).transform((value) => value as JsonObject)
const instead = z.union([z.object({ card: json }), z.object({ text: z.string() })])
const bodies = {
  text: z.object({ to: z.string(), text: z.string() }),
  card: z.object({ to: z.string(), card: json }),
  change: z.object({
    to: z.string(),
    providerMessageId: z.string(),
    handle: z.object({ responseCode: z.string(), taskId: z.string().optional() }).nullable().catch(null),
    card: json.nullable(),
    instead,
  }),
  file: z.object({
    to: z.string(),
    name: z.string(),
    contentType: z.string(),
    hash: z.string(),
    size: z.number(),
  }),
}

/** Sends one part as the application. Throws DeliveryError. */
export async function deliver(call: ProviderCall, idempotencyKey: string, io: Io): Promise<Receipt> {
  switch (call.name) {
    case 'text': {
      const { to, text } = read(bodies.text, call)
      return await send(io, to, idempotencyKey, textMessage(text))
    }
    case 'card': {
      const { to, card } = read(bodies.card, call)
      return await send(io, to, idempotencyKey, cardMessage(card))
    }
    case 'change':
      return await change(read(bodies.change, call), idempotencyKey, io)
    case 'file':
      return await sendFile(read(bodies.file, call), idempotencyKey, io)
    default:
      throw unreadable(call)
  }
}

function read<T>(schema: z.ZodType<T>, call: ProviderCall): T {
  const parsed = schema.safeParse(call.body)
  if (!parsed.success) throw unreadable(call)
  return parsed.data
}

function unreadable(call: ProviderCall): DeliveryError {
  return new DeliveryError('never', 'call_invalid', `the stored call ${call.name} does not read as one`)
}

const textMessage = (content: string): JsonObject => ({ msgtype: 'text', text: { content } })
const cardMessage = (card: JsonObject): JsonObject => ({ msgtype: 'template_card', template_card: card })

/**
 * `message/send` (document 90236). WeCom drops the same request within the interval; `client_msg_id` is no member that it knows, and makes two
 * messages with the same words two requests.
 */
async function send(io: Io, to: string, key: string, message: JsonObject): Promise<Receipt> {
  const answer = await wecomCall(
    appOf(io.config),
    io,
    {
      path: '/cgi-bin/message/send',
      repeatable: false,
      body: {
        touser: to,
        agentid: Number(io.config.agentId),
        ...message,
        enable_duplicate_check: 1,
        duplicate_check_interval: limits.duplicateSeconds,
        client_msg_id: key,
      },
    },
    wecomAppErrors,
  )
  checkReceivers(answer)
  const code = answer.response_code
  const taskId = (message.template_card as JsonObject | undefined)?.task_id
  return {
    providerMessageId: String(answer.msgid ?? ''),
    ...(typeof code === 'string' && code !== ''
      ? { handle: { responseCode: code, ...(typeof taskId === 'string' ? { taskId } : {}) } }
      : {}),
  }
}

/** A member who cannot be reached is named in an answer that otherwise says ok. */
function checkReceivers(answer: JsonObject): void {
  const reasons: Record<string, string> = {
    invaliduser:
      '成员不存在，或不在应用的可见范围内 · no such member, or not in the visible range of the application',
    unlicenseduser: '成员没有互通许可 · the member has no licence for the application',
  }
  for (const [member, reason] of Object.entries(reasons)) {
    const named = answer[member]
    if (typeof named === 'string' && named !== '')
      throw new DeliveryError('never', member, `${reason}: ${named}`)
    if (Array.isArray(named) && named.length > 0)
      throw new DeliveryError('never', member, `${reason}: ${named.join('|')}`)
  }
}

/** `message/update_template_card` (document 94888) with the newest response code: good once, for 72 hours. */
async function change(call: z.infer<typeof bodies.change>, key: string, io: Io): Promise<Receipt> {
  const { to, handle, card, providerMessageId } = call
  if (handle && card) {
    try {
      const answer = await wecomCall(
        appOf(io.config),
        io,
        {
          path: '/cgi-bin/message/update_template_card',
          repeatable: false,
          body: {
            userids: [to],
            agentid: Number(io.config.agentId),
            response_code: handle.responseCode,
            template_card: { ...card, ...(handle.taskId ? { task_id: handle.taskId } : {}) },
          },
        },
        wecomAppErrors,
      )
      checkReceivers(answer)
      return { providerMessageId, detail: { by: 'change' } }
    } catch (error) {
      const isOfTheCard =
        error instanceof DeliveryError && error.retry === 'never' && !settingsRefused.has(error.code)
      if (!isOfTheCard) throw error
      io.log.info({ code: error.code }, 'WeCom no longer changes a card: it is said anew')
    }
  }
  const message = 'card' in call.instead ? cardMessage(call.instead.card) : textMessage(call.instead.text)
  return { ...(await send(io, to, key, message)), detail: { by: 'message' } }
}

async function sendFile(file: z.infer<typeof bodies.file>, key: string, io: Io): Promise<Receipt> {
  const { to, name, contentType, hash, size } = file
  const type = typeOf(contentType, size)
  const content = await io.media.get(hash)
  const mediaId = await wecomUpload(
    appOf(io.config),
    io,
    type,
    { name, contentType, content },
    wecomAppErrors,
  )
  return await send(io, to, key, { msgtype: type, [type]: { media_id: mediaId } })
}

const imageTypes = new Set(['image/jpeg', 'image/png'])

/** The kind of media that a file may be sent as; what is too large for its own kind goes as a file. */
function typeOf(contentType: string, size: number): UploadType {
  if (size < smallestUpload || size > uploadLimits.file) {
    const range = `${smallestUpload} to ${uploadLimits.file} bytes`
    throw new DeliveryError('never', 'file_size', `WeCom takes files of ${range}; this one has ${size}`)
  }
  if (imageTypes.has(contentType) && size <= uploadLimits.image) return 'image'
  if (contentType === 'audio/amr' && size <= uploadLimits.voice) return 'voice'
  if (contentType === 'video/mp4' && size <= uploadLimits.video) return 'video'
  return 'file'
}

/** Fetches a file that came with a message. */
export async function fetchAttachment(
  ref: JsonObject,
  io: Io,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string; name?: string }> {
  const { content, contentType, name } = await wecomDownload(
    appOf(io.config),
    io,
    String(ref.mediaId),
    wecomAppErrors,
  )
  return {
    content: (async function* () {
      yield content
    })(),
    contentType,
    ...(name ? { name } : {}),
  }
}
