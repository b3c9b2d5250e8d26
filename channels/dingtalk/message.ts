import { z } from 'zod'

const text = z.string().catch('')
const optional = z.string().optional().catch(undefined)
const record = z.record(z.string(), z.unknown()).catch({})

/**
 * A message to the robot ("robot-message-type"). Only what names it and its sender must be there; the rest is read as far as it
 * has the right form.
 */
export const robotMessage = z.object({
  msgId: z.string().min(1).max(300),
  /** Some senders leave it out of a plain text. */
  msgtype: z.string().min(1).max(100).catch('text'),
  /** Opaque id of the sender; the same person has another one toward another robot. */
  senderId: text,
  /** The member's userId; absent for people outside the organisation and while the robot is not published. */
  senderStaffId: optional,
  senderUnionId: optional,
  senderNick: optional,
  chatbotUserId: optional,
  /** `1` one-to-one, `2` group. */
  conversationType: text,
  conversationId: text,
  conversationTitle: optional,
  robotCode: optional,
  atUsers: z.array(z.unknown()).catch([]),
  createAt: z.coerce.number().int().positive().nullable().catch(null),
  text: record,
  content: z.union([z.record(z.string(), z.unknown()), z.string()]).catch({}),
})

export type RobotMessage = z.infer<typeof robotMessage>

/** `content` as an object; some clients send it as JSON in a string. */
export function contentOf(message: RobotMessage): Record<string, unknown> {
  if (typeof message.content !== 'string') return message.content
  try {
    const value: unknown = JSON.parse(message.content)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
