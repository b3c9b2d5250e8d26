import { readDetail } from '../read/address.ts'
import { quoteOf } from '../span.ts'
import type { AddressFinding, AddressMarks } from './address.ts'
import { agree, type Divisions } from './divisions.ts'
import type { Scene } from './scene.ts'

/** 文昌路十二号 -- 文昌路十二号东堤雅苑三栋对吧 -- 对的: the agent reads back more than was said, and the customer agrees. */
export function withReadBack(
  best: AddressFinding,
  found: readonly AddressFinding[],
  scene: Scene,
): AddressFinding {
  const own = plainDetail(best)
  if (own === '') return best
  const more = found.find((f) => {
    const u = scene.utterances.find(({ at }) => at === f.at)
    return u?.customer === false && plainDetail(f).length > own.length && plainDetail(f).startsWith(own)
  })
  return more ? { ...best, marks: { ...best.marks, detail: more.marks.detail } } : best
}

const plainDetail = (f: AddressFinding) => readDetail((f.marks.detail ?? []).map(quoteOf)) ?? ''

/**
 * The region that the customer said apart from the street: 我地址是鼓楼区 / 福州的 / 五四路环球广场. Only what was asked for or announced
 * as an address, and nothing of an address that has a street of its own.
 */
export function withRegion(
  best: AddressFinding,
  found: readonly AddressFinding[],
  divisions: Divisions,
): AddressFinding {
  let marks = best.marks
  if (marks.city || marks.province) return best
  for (const { marks: apart, units, score, at } of found) {
    // 桂林市雁山区雁中路这边 -- 北苑十一栋三楼: a region with a road at most, no address of its own
    const numbered = (apart.detail ?? []).some((mark) => /[\d零一二三四五六七八九十幺]/.test(quoteOf(mark)))
    if (score <= 0 || (units > 0 && (units > 2 || numbered)) || at === best.at) continue
    const { province, city, district } = { ...apart, ...definedRegion(marks) }
    const names = {
      province: province && quoteOf(province),
      city: city && quoteOf(city),
      district: district && quoteOf(district),
    }
    if (agree(divisions, names)) marks = { ...marks, province, city, district }
  }
  return marks === best.marks ? best : { ...best, marks }
}

function definedRegion({ province, city, district }: AddressMarks): AddressMarks {
  return { ...(province && { province }), ...(city && { city }), ...(district && { district }) }
}
