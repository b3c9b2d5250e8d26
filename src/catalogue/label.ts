import { toString as drawQr } from 'qrcode'
import { z } from 'zod'
import { defineQuery, type Query } from '../access/command.ts'
import { ok, refuse } from '../kernel/result.ts'
import { desk } from './commands/permissions.ts'
import { readLinked } from './linked.ts'

/** Who signs the links of printed codes. */
export interface LabelPorts {
  /** The address that a code leads to; null when no channel account of the kind `qr` is switched on. */
  link(row: { readonly kind: 'device' | 'site'; readonly id: string; readonly linkVersion: number }): {
    readonly url: string
    readonly accountName: string
    readonly hotline: string | null
    /** Chats that the code may open instead of the form; the device or site goes along. */
    readonly chats: readonly { readonly accountName: string; readonly url: string }[]
  } | null
}

/** `catalogue.label`: what is printed on a sticker. */
export function makeLabelQueries(ports: LabelPorts): Query[] {
  return [
    defineQuery(
      {
        name: 'catalogue.label',
        title: 'What the sticker of a device or site shows: address, QR code as SVG, and facts for people',
        permission: { roles: [...desk.roles, 'engineer'] },
        input: z.object({ kind: z.enum(['device', 'site']), id: z.uuid() }),
        output: z.object({
          url: z.string(),
          /** Error correction M: a scratched sticker still reads. Print it at 25 mm or larger. */
          svg: z.string(),
          accountName: z.string(),
          hotline: z.string().nullable(),
          /** Chats that the code may open instead of the form, each with its own code. */
          chats: z.array(z.object({ accountName: z.string(), url: z.string(), svg: z.string() })),
          device: z
            .object({
              category: z.string().nullable(),
              model: z.string().nullable(),
              serialNumber: z.string(),
            })
            .nullable(),
          site: z.object({ name: z.string() }).nullable(),
        }),
      },
      async ({ db }, { kind, id }) => {
        const row = await readLinked(db, { kind, id })
        if (!row) return refuse('not_found', { what: kind })
        const link = ports.link({ kind, id, linkVersion: row.linkVersion })
        if (!link) return refuse('qr.no_account')
        const draw = (url: string) => drawQr(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 })
        const svg = await draw(link.url)
        const chats = await Promise.all(
          link.chats.map(async (chat) => ({ ...chat, svg: await draw(chat.url) })),
        )
        const device = row.device && {
          category: row.device.category,
          model: row.device.model,
          serialNumber: row.device.serialNumber,
        }
        return ok({ ...link, svg, chats, device, site: row.site })
      },
    ),
  ]
}
