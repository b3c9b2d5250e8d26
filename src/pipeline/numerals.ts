/** Chinese numerals as they are spoken and written, and what they stand for. */
const digits: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  '○': '0',
  洞: '0',
  一: '1',
  幺: '1',
  壹: '1',
  妖: '1',
  腰: '1',
  二: '2',
  两: '2',
  俩: '2',
  贰: '2',
  三: '3',
  叁: '3',
  四: '4',
  肆: '4',
  五: '5',
  伍: '5',
  六: '6',
  陆: '6',
  七: '7',
  拐: '7',
  柒: '7',
  八: '8',
  捌: '8',
  九: '9',
  勾: '9',
  玖: '9',
}
const units: Readonly<Record<string, number>> = {
  十: 10,
  拾: 10,
  百: 100,
  佰: 100,
  千: 1000,
  仟: 1000,
  万: 10_000,
}

/** Characters that may stand in a spoken number. */
export const numeralClass = '零〇○洞一幺壹二两俩贰三叁四肆五伍六陆七拐柒八捌九勾玖十拾百佰千仟万'
/** Numerals that carry a place value. */
export const unitClass = '十拾百佰千仟万'

/** The Arabic digit of one numeral, or undefined. */
export function digitOf(character: string): string | undefined {
  return digits[character]
}

/**
 * Reads a run of numerals: digit by digit when it has no place values (幺三六 is 136), as a number when it has
 * (二百三十二 is 232, 十二 is 12, 一千零五 is 1005, 三百五 is 350). Null when it is no number.
 */
export function readNumerals(run: string): string | null {
  if (!new RegExp(`[${unitClass}]`).test(run)) {
    let out = ''
    for (const c of run) {
      const d = /\d/.test(c) ? c : digits[c]
      if (d === undefined) return null
      out += d
    }
    return out
  }
  return readPlaces(run)
}

function readPlaces(run: string): string | null {
  let total = 0
  let section = 0
  let current: number | null = null
  let lastUnit = 1
  let zeroBefore = false
  for (const c of run) {
    const unit = units[c]
    if (unit === undefined) {
      const d = /\d/.test(c) ? c : digits[c]
      if (d === undefined) return null
      if (d === '0') zeroBefore = true
      if (current !== null && current !== 0) return null
      current = Number(d)
    } else if (unit === 10_000) {
      total = (total + section + (current ?? 0)) * unit
      section = 0
      current = null
      lastUnit = unit
      zeroBefore = false
    } else {
      section += (current ?? 1) * unit
      current = null
      lastUnit = unit
      zeroBefore = false
    }
  }
  // 三百五 is 350, but 三百零五 is 305 and 二十五 is 25
  if (current) section += lastUnit > 10 && !zeroBefore ? (current * lastUnit) / 10 : current
  return String(total + section)
}
