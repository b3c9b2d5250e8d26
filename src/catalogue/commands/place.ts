import { z } from 'zod'
import { phoneNumber } from '../../contract/phone.ts'
import { optionalText } from '../../contract/text.ts'
import type { Address } from '../../contract/ticket.ts'
import { siteChain } from '../../directory/index.ts'
import { json } from '../../store/index.ts'

/** Schema of an address; `adcode` is found from the names where it is not given. */
export const addressSchema = z
  .object({
    province: optionalText(40).default(null),
    city: optionalText(40).default(null),
    district: optionalText(40).default(null),
    detail: optionalText(300).default(null),
    adcode: z
      .string()
      .regex(/^\d{6}$/)
      .nullable()
      .default(null),
  })
  .transform(completedAddress)

/** An address with the code of the finest division that its names lead to, when it has none. */
export function completedAddress(address: Address): Address {
  if (address.adcode !== null) return address
  const [finest] = siteChain(address)
  return finest && finest !== 'CN' ? { ...address, adcode: finest } : address
}

/** Who and where: members that devices and sites share. */
export const placeMembers = {
  customerName: optionalText(80),
  phone: phoneNumber,
  address: addressSchema.nullable(),
  lat: z.number().min(-90).max(90).nullable(),
  lng: z.number().min(-180).max(180).nullable(),
}

export const placeOutput = {
  customerName: z.string().nullable(),
  phone: z.string().nullable(),
  address: z
    .object({
      province: z.string().nullable(),
      city: z.string().nullable(),
      district: z.string().nullable(),
      detail: z.string().nullable(),
      adcode: z.string().nullable(),
    })
    .nullable(),
  lat: z.number().nullable(),
  lng: z.number().nullable(),
}

/** An optional jsonb member of a change: left out stays, null empties. */
export function addressColumn(address: Address | null | undefined) {
  if (address === undefined) return {}
  return { address: address && json(address) }
}

/** The shared members of a new row: all may be left out. */
export const newPlace = {
  customerName: placeMembers.customerName.default(null),
  phone: placeMembers.phone.default(null),
  address: placeMembers.address.default(null),
  lat: placeMembers.lat.default(null),
  lng: placeMembers.lng.default(null),
}

/** A pattern for `ilike` that finds the typed text anywhere; null when nothing was typed. */
export function likePattern(typed: string): string | null {
  const text = typed.replaceAll('\u0000', '').trim()
  return text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
