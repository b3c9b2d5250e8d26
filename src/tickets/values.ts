import { z } from 'zod'
import { both } from '../contract/faults.ts'
import { type FieldName, intents, sentiments, type TicketFields, urgencies } from '../contract/ticket.ts'

/** A text as people type it: trimmed, and without what a database cannot hold. */
export const text = (max: number) =>
  z
    .string()
    .transform((typed) => typed.replaceAll('\u0000', '').toWellFormed().trim())
    .pipe(z.string().min(1).max(max))

const part = text(200).nullable()
const moment = z.iso.datetime({ offset: true }).nullable()

/** What a person may enter in each standard field; texts are trimmed, a phone keeps its hyphens and loses its spaces. */
export const fieldSchemas = {
  contact_name: text(60),
  phone: z
    .string()
    .transform((text) => text.normalize('NFKC').replace(/\s/g, ''))
    .pipe(
      z
        .string()
        .regex(
          /^\+?[\d-]{5,24}(?:(?:转|x|,)\d{1,8})?$/i,
          both(
            '不像电话号码：只用数字、空格、+、-，分机写“转 8001”',
            'this is no phone number: digits, blanks, + and - only, an extension as "x8001"',
          ),
        ),
    ),
  address: z.object({
    province: part,
    city: part,
    district: part,
    detail: part,
    adcode: z
      .string()
      .regex(/^\d{6}$/)
      .nullable(),
  }),
  product_category: text(60),
  device_model: text(80),
  serial_number: text(80),
  order_number: text(80),
  fault_description: text(4_000),
  appointment: z
    .object({ start: moment, end: moment })
    .refine(
      (a) => a.start === null || a.end === null || Date.parse(a.start) <= Date.parse(a.end),
      both('结束时间不能早于开始时间', 'the end lies before the start'),
    ),
  intent: z.enum(intents),
  sentiment: z.enum(sentiments),
  urgency: z.enum(urgencies),
  is_repeat_contact: z.boolean(),
  summary: text(2_000),
} satisfies { readonly [K in FieldName]: z.ZodType<TicketFields[K]> }

/** The standard fields in the order in which people read them. */
export const fieldNames = Object.keys(fieldSchemas) as readonly FieldName[]

/** Whether a name is one of the standard fields. */
export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fieldSchemas, name)
}
