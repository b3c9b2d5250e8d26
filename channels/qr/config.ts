import { z } from 'zod'

/** An account of the QR form: its links, and what the form says. */
export const qrConfigSchema = z.object({
  /**
   * Secrets that links are signed with, the newest first. Codes signed with an earlier one stay valid as long as it is listed;
   * without it they must be printed anew.
   */
  linkSecrets: z
    .array(z.string().min(32).max(200))
    .min(1)
    .max(5)
    .meta({
      secret: true,
      generated: true,
      // Nobody has to fill in what the hub makes itself.
      essential: false,
      hint: {
        zh: '留空则自动生成。换掉它，印好的二维码就失效。',
        en: 'Leave empty: made by the hub. Printed codes end with it.',
      },
    }),
  /** The number that the form offers to people who would rather call. */
  hotline: z
    .string()
    .max(40)
    .nullable()
    .default(null)
    .meta({
      essential: true,
      hint: {
        zh: '印在标签上，也写在报修页上，可不填。',
        en: 'Printed on the label and shown on the page; may be empty.',
      },
    }),
  /** Whether the form may ask for the phone's location where no address is known. */
  askLocation: z
    .boolean()
    .default(true)
    .meta({
      essential: true,
      hint: {
        zh: '不知道地址时，请客户用手机定位。',
        en: 'Where no address is known, the phone may be asked for its place.',
      },
    }),
})

export type QrConfig = z.infer<typeof qrConfigSchema>
