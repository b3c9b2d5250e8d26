import { z } from 'zod'

/** Where a message goes, and which robot says it. */
const target = z.union([
  z.object({ robotCode: z.string(), conversationId: z.string().min(1), nick: z.string() }),
  z.object({ robotCode: z.string(), userId: z.string().min(1) }),
])
export type Target = z.infer<typeof target>

export const textCall = z.object({ target, content: z.string() })
export type TextCall = z.infer<typeof textCall>

export const cardCall = z.object({
  target,
  /** The card as a message with buttons: sent when there is no template, or when it cannot be used. */
  message: z.object({ msgKey: z.string(), msgParam: z.record(z.string(), z.string()) }),
  native: z
    .object({
      outTrackId: z.string().min(1),
      cardTemplateId: z.string().min(1),
      callbackType: z.enum(['STREAM', 'HTTP']),
      params: z.record(z.string(), z.string()),
      preview: z.string(),
      /** Change the card of this name; it is sent anew when DingTalk does not know it. */
      update: z.boolean(),
    })
    .optional(),
})
export type CardCall = Omit<z.infer<typeof cardCall>, 'message'> & {
  readonly message: { readonly msgKey: string; readonly msgParam: object }
}

export const mediaCall = z.object({
  target,
  hash: z.string(),
  name: z.string(),
  contentType: z.string(),
})
export type MediaCall = z.infer<typeof mediaCall>

/** Images that a robot may send ("upload-media-files"). */
export const imageTypes: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/bmp'])

const fileTypes: ReadonlySet<string> = new Set(['xlsx', 'pdf', 'zip', 'rar', 'doc', 'docx'])

/** The `fileType` of a file that a robot may send ("robot-message-type"); null for all others. */
export function fileTypeOf(name: string): string | null {
  const type = /\.([A-Za-z0-9]{2,5})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return fileTypes.has(type) ? type : null
}
