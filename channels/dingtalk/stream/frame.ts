/**
 * The frames of Stream mode (open-dingtalk/developerpedia, docs/learn/stream/protocol.md): what DingTalk pushes over the
 * connection, and what is answered.
 */
export interface Frame {
  readonly type: 'SYSTEM' | 'EVENT' | 'CALLBACK'
  readonly topic: string
  /** Empty where there is none: system frames need none. */
  readonly messageId: string
  /** All headers as text: `eventId`, `eventType`, `time` … */
  readonly headers: Readonly<Record<string, string>>
  /** JSON as text. */
  readonly data: string
}

/** Topics that are subscribed. */
export const robotTopic = '/v1.0/im/bot/messages/get'
export const cardTopic = '/v1.0/card/instances/callback'

/** A frame read; null when it is none: cut off, not JSON, or of an unknown type. */
export function readFrame(bytes: Uint8Array): Frame | null {
  const value = jsonObject(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  if (!value) return null
  const { type, data } = value
  if (type !== 'SYSTEM' && type !== 'EVENT' && type !== 'CALLBACK') return null
  const given = isObject(value.headers) ? value.headers : {}
  const headers: Record<string, string> = {}
  for (const [name, content] of Object.entries(given)) {
    if (typeof content === 'string' || typeof content === 'number') headers[name] = String(content)
  }
  return {
    type,
    topic: headers.topic ?? '',
    messageId: headers.messageId ?? '',
    headers,
    data: typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data),
  }
}

/** The answer to a frame; `data` is JSON as text. 200 taken, 404 unknown topic, 500 failed. */
export function ackFrame(messageId: string, code: 200 | 404 | 500, data: string): string {
  const message = { 200: 'OK', 404: 'topic not found', 500: 'internal error' }[code]
  return JSON.stringify({ code, headers: { messageId, contentType: 'application/json' }, message, data })
}

/** A JSON object; null when the text is anything else. */
export function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
