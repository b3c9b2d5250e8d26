import type { WSClient } from '@wecom/aibot-node-sdk'
import { z } from 'zod'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { smallestUpload, type UploadType, uploadLimits } from '../_kit/wecom-client.ts'
import type { BotConfig } from './config.ts'
import { sendFailure } from './errors.ts'
import { limits } from './limits.ts'
import { liveBot, problemOf } from './live.ts'

type Io = ChannelIo<BotConfig>

const chatid = z.string()
const bodies = {
  text: z.object({ chatid, text: z.string(), reference: z.string().nullable() }),
  card: z.object({ chatid, card: z.record(z.string(), z.json()) }),
  file: z.object({ chatid, name: z.string(), contentType: z.string(), hash: z.string(), size: z.number() }),
}

/** How soon it is tried again while the connection is being opened, ms. */
const openingMs = 2000

/** Pushes one part over the robot's connection (`aibot_send_msg`, document 101463). Throws DeliveryError. */
export async function deliver(call: ProviderCall, idempotencyKey: string, io: Io): Promise<Receipt> {
  const client = liveBot(io)
  if (!client) {
    const text = problemOf(io) ?? 'it is being opened'
    throw new DeliveryError('later', 'not_connected', `the robot is not connected: ${text}`, openingMs)
  }
  switch (call.name) {
    case 'text': {
      const { text, reference, ...to } = read(bodies.text, call)
      return await push(client, idempotencyKey, { ...to, ...markdown(text, reference) })
    }
    case 'card': {
      const { card, ...to } = read(bodies.card, call)
      const receipt = await push(client, idempotencyKey, {
        ...to,
        msgtype: 'template_card',
        template_card: card,
      })
      return receipt
    }
    case 'file':
      return await sendFile(client, read(bodies.file, call), idempotencyKey, io)
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

/** Markdown with the ticket's number below it in grey; robots may push no plain text. */
export function markdown(text: string, reference: string | null): JsonObject {
  const line = reference === null ? '' : `\n<font color="comment">${reference}</font>`
  return { msgtype: 'markdown', markdown: { content: `${text}${line}` } }
}

/** The request id follows from the key: every try shows the same one to the vendor, who promises nothing about it. */
async function push(client: WSClient, key: string, body: JsonObject): Promise<Receipt> {
  const reqId = `aibot_send_msg_${sha256(key).slice(0, 32)}`
  try {
    await client.reply({ headers: { req_id: reqId } }, body, 'aibot_send_msg')
    return { providerMessageId: reqId }
  } catch (error) {
    throw sendFailure(error)
  }
}

async function sendFile(
  client: WSClient,
  file: z.infer<typeof bodies.file>,
  key: string,
  io: Io,
): Promise<Receipt> {
  const type = typeOf(file)
  const content = Buffer.from(await io.media.get(file.hash))
  let mediaId: string
  try {
    mediaId = (await client.uploadMedia(content, { type, filename: file.name })).media_id
  } catch (error) {
    const failure = sendFailure(error)
    // Nobody has seen the file yet.
    if (failure.retry !== 'unknown') throw failure
    throw new DeliveryError('later', failure.code, failure.message)
  }
  return await push(client, key, { chatid: file.chatid, msgtype: type, [type]: { media_id: mediaId } })
}

function typeOf({ contentType, size }: { readonly contentType: string; readonly size: number }): UploadType {
  if (size < smallestUpload || size > uploadLimits.file) {
    const range = `${smallestUpload} to ${uploadLimits.file} bytes`
    throw new DeliveryError('never', 'file_size', `WeCom takes files of ${range}; this one has ${size}`)
  }
  const isImage = contentType === 'image/jpeg' || contentType === 'image/png'
  if (isImage && size <= uploadLimits.image) return 'image'
  if (contentType === 'audio/amr' && size <= uploadLimits.voice) return 'voice'
  if (contentType === 'video/mp4' && size <= uploadLimits.video) return 'video'
  return 'file'
}

/** Fetches and decrypts a file that came with a message; each file has a key of its own (AES-256-CBC, document 101463). */
export async function fetchAttachment(
  ref: JsonObject,
  io: Io,
): Promise<{ content: AsyncIterable<Uint8Array>; contentType: string; name?: string }> {
  const response = await io.fetch(
    String(ref.url),
    { signal: io.signal },
    { timeoutMs: 120_000, maxBytes: limits.fileBytes },
  )
  if (response.status !== 200) throw new Error(`the file's address answered ${response.status}`)
  const bytes = Buffer.from(await response.bytes())
  const content = typeof ref.aesKey === 'string' ? await decrypted(bytes, ref.aesKey) : bytes
  const name = nameIn(response.headers['content-disposition'])
  return {
    content: (async function* () {
      yield content
    })(),
    // The header speaks of the cipher text.
    contentType: 'application/octet-stream',
    ...(name ? { name } : {}),
  }
}

async function decrypted(bytes: Buffer, aesKey: string): Promise<Buffer> {
  const { decryptFile } = await import('@wecom/aibot-node-sdk')
  return decryptFile(bytes, aesKey)
}

function nameIn(header: string | undefined): string | undefined {
  const extended = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(header ?? '')?.[1]
  const plain = /filename\s*=\s*"?([^";]+)/i.exec(header ?? '')?.[1]
  try {
    return decodeURIComponent(extended ?? plain ?? '').trim() || undefined
  } catch {
    return plain
  }
}
