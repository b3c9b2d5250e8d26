import { z } from 'zod'

/** An account of the QR form: its links, and what the form says. */
export const qrConfigSchema = z.object({
  /**
   * Secrets that links are signed with, the newest first. Codes signed with an earlier one stay valid as long as it is listed;
   * without it they must be printed anew.
   */
  linkSecrets: z.array(z.string().min(32).max(200)).min(1).max(5).meta({ secret: true, generated: true }),
  /** The number that the form offers to people who would rather call. */
  hotline: z.string().max(40).nullable().default(null),
  /** Whether the form may ask for the phone's location where no address is known. */
  askLocation: z.boolean().default(true),
})

export type QrConfig = z.infer<typeof qrConfigSchema>
