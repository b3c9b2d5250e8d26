import type { Address } from '../../contract/ticket.ts'
import { readNumerals } from '../numerals.ts'
import { fold } from '../reading.ts'
import { type Divisions, resolveDivisions } from '../rules/divisions.ts'

/** The words of an address, part by part. */
export interface SaidAddress {
  readonly province?: string | undefined
  readonly city?: string | undefined
  readonly district?: string | undefined
  /** Pieces in order; corrected words are already left out. */
  readonly detail?: readonly string[] | undefined
}

/** Reads an address from its words: official division names where they are known, Arabic digits in the detail, adcode. */
export function readAddress(said: SaidAddress, divisions: Divisions): Address {
  const plain = (text: string | undefined) => (text === undefined ? undefined : fold(text).text.trim())
  const resolved = resolveDivisions(divisions, {
    province: plain(said.province),
    city: plain(said.city),
    district: plain(said.district),
  })
  return {
    province: resolved.province,
    city: resolved.city,
    district: resolved.district,
    detail: withTown(said.detail ? readDetail(said.detail) : null, resolved.adcode, divisions),
    adcode: resolved.adcode,
  }
}

/** The street or township at the head of a detail, where its district has none of that name but one that sounds like it. */
function withTown(detail: string | null, adcode: string | null, divisions: Divisions): string | null {
  const town = detail && /^[\u4e00-\u9fa5]{1,5}?(?:街道|镇|乡)/.exec(detail)?.[0]
  if (!town || !adcode || divisions.byCode(adcode)?.level !== 'district') return detail
  if (divisions.townAt(detail, 0, [adcode]) > 0) return detail
  const meant = divisions.townSoundsLike(town, adcode)
  return meant ? meant + detail.slice(town.length) : detail
}

const numerals = '[零〇一二两三四五六七八九十百千幺拐洞]'
const counted = new RegExp(
  `(${numerals}+)(?=(?:号(?!路|街|线|桥)|弄|幢|栋|单元|层|楼(?![上下梯])|室|座|期|区|组|社|团|连|排|门|户|房|铺|队|大?街坊|[-杠之]|\\d))|(?<=单元|[栋幢座号楼弄层区室门]|[A-Za-z\\d-]|[杠之])(${numerals}+)(?![\\u4e00-\\u9fa5])`,
  'g',
)

/** Numbers of houses, buildings and rooms in Arabic digits; 八一七中路 keeps its name. */
export function readDetail(pieces: readonly string[]): string | null {
  const text = fold(pieces.join(''))
    .text.replace(counted, (run: string) => readNumerals(run) ?? run)
    .replace(/(?<=\d)(?:杠|横杠)(?=[\d])/g, '-')
  const tidy = /[\u4e00-\u9fa5]/.test(text)
    ? text.replace(/\s+/g, '').replace(/[嗯呃额啊]|(?:那个|就是)(?=[\u4e00-\u9fa5\d])/g, '')
    : text.replace(/\s+/g, ' ')
  const trimmed = tidy.replace(/^[\s,，、:：;/.。()（-]+|[\s,，、:：;/.。(（-]+$/g, '')
  return trimmed === '' ? null : trimmed
}
