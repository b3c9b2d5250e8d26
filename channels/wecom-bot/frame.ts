import { z } from 'zod'
import type { JsonObject } from '../../src/kernel/json.ts'

const id = z.string().min(1).max(1000)

/** A message or an event of the long connection (documents 101463, 100719, 101027); what is not named here is kept as it is. */
export const frameSchema = z.looseObject({
  cmd: z.string(),
  body: z.looseObject({
    msgid: id,
    msgtype: z.string().max(200),
    chatid: id.optional(),
    chattype: z.string().optional(),
    create_time: z.number().optional(),
    from: z.looseObject({ userid: id }),
    event: z.looseObject({ eventtype: z.string().max(200) }).optional(),
  }),
})

export type BotBody = z.infer<typeof frameSchema>['body']

/** An object inside a frame; empty where there is none. */
export function objectIn(parent: unknown, name: string): JsonObject {
  const value = isObject(parent) ? parent[name] : undefined
  return isObject(value) ? (value as JsonObject) : {}
}

/** A text inside a frame; empty where there is none. */
export function stringIn(parent: JsonObject, name: string): string {
  const value = parent[name]
  return typeof value === 'string' ? value : ''
}

/** A list inside a frame; empty where there is none. */
export function listIn(parent: JsonObject, name: string): JsonObject[] {
  const value = parent[name]
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.filter(isObject) as JsonObject[]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
