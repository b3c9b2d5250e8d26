/** Who an event is about, as Feishu names people. */
export interface PersonIds {
  readonly open_id: string
  readonly union_id: string
  readonly user_id: string
}

/** What all events of an app have in common. */
export interface EventOrigin {
  readonly appId: string
  readonly tenantKey: string
  /** The app's Verification Token. */
  readonly token: string
}

/** An event in schema 2.0. */
export function eventOf(origin: EventOrigin, type: string, id: string, atMs: number, event: object): object {
  return {
    schema: '2.0',
    header: {
      event_id: id,
      event_type: type,
      create_time: String(atMs),
      token: origin.token,
      app_id: origin.appId,
      tenant_key: origin.tenantKey,
    },
    event,
  }
}

/** A message that somebody wrote. */
export interface SaidMessage {
  readonly id: string
  readonly type: string
  /** JSON, as text. */
  readonly content: string
  readonly chatId: string
  readonly chatType: 'p2p' | 'group'
  readonly atMs: number
  readonly mentions?: readonly object[]
  readonly parentId?: string
  readonly rootId?: string
}

/** `im.message.receive_v1`; `sender` without ids is an app. */
export function messageEvent(
  origin: EventOrigin,
  eventId: string,
  sender: PersonIds | 'app',
  message: SaidMessage,
): object {
  return eventOf(origin, 'im.message.receive_v1', eventId, message.atMs, {
    sender: {
      sender_id: sender === 'app' ? null : sender,
      sender_type: sender === 'app' ? 'app' : 'user',
      tenant_key: origin.tenantKey,
    },
    message: {
      message_id: message.id,
      ...(message.rootId ? { root_id: message.rootId } : {}),
      ...(message.parentId ? { parent_id: message.parentId } : {}),
      create_time: String(message.atMs),
      update_time: String(message.atMs),
      chat_id: message.chatId,
      chat_type: message.chatType,
      message_type: message.type,
      content: message.content,
      ...(message.mentions ? { mentions: message.mentions } : {}),
      user_agent: 'Mozilla/5.0 (emulator)',
    },
  })
}
