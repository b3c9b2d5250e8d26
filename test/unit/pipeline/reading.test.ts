import { describe, expect, it } from 'vitest'
import { readAddress, readDetail } from '../../../src/pipeline/read/address.ts'
import { readAppointment } from '../../../src/pipeline/read/appointment.ts'
import { holidayOf } from '../../../src/pipeline/read/holidays.ts'
import { readName } from '../../../src/pipeline/read/name.ts'
import { readPhone } from '../../../src/pipeline/read/phone.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { spoken } from '../../../src/pipeline/spoken.ts'

/** A Wednesday. */
const saidAt = Date.parse('2026-11-18T10:02:00+08:00')
const time = (...said: string[]) => {
  const read = readAppointment(
    said.map((text) => ({ text, atMs: saidAt })),
    'Asia/Shanghai',
  )
  return read && [read.start?.slice(5, 16) ?? null, read.end?.slice(5, 16) ?? null]
}

describe('times as people say them', () => {
  it.each([
    ['明天下午三点到五点', '11-19T15:00', '11-19T17:00'],
    ['下周二上午', '11-24T09:00', '11-24T12:00'],
    ['后天晚上七点以后', '11-20T19:00', null],
    ['这周日', '11-22T09:00', '11-22T18:00'],
    ['周一上午', '11-23T09:00', '11-23T12:00'],
    ['礼拜天上午10点前', null, '11-22T10:00'],
    ['月底前', null, '11-30T18:00'],
    ['这两天都行', '11-18T09:00', '11-19T18:00'],
    ['元旦那天上午', '01-01T09:00', '01-01T12:00'],
    ['元旦前', null, '12-31T18:00'],
    ['过年前', null, '02-05T18:00'],
    ['春节期间', '02-06T09:00', '02-12T18:00'],
    ['春节后', '02-13T09:00', null],
    ['二十一号上午', '11-21T09:00', '11-21T12:00'],
    ['后天也就是二十一号上午', '11-21T09:00', '11-21T12:00'],
    ['上午十点到下午三点', '11-19T10:00', '11-19T15:00'],
    ['明早八点半', '11-19T08:30', null],
    ['下午一点半', '11-18T13:30', null],
    ['今晚七点', '11-18T19:00', null],
    ['11月22日（周日）白天', '11-22T09:00', '11-22T18:00'],
    ['周末', '11-21T09:00', '11-22T18:00'],
    ['12月3日14:30', '12-03T14:30', null],
    ['tomorrow after 3pm', '11-19T15:00', null],
    ['next Tuesday afternoon', '11-24T14:00', '11-24T18:00'],
    ['Saturday 10am to 12pm', '11-21T10:00', '11-21T12:00'],
    ['两点', '11-18T14:00', null],
  ])('reads %s', (words, start, end) => {
    expect(time(words)).toEqual([start, end])
  })

  it('knows the days of the Chinese calendar', () => {
    const first = (name: string, year: number) => {
      const day = holidayOf(name, { year, month: 1, day: 1 })!.first
      return `${day.month}-${day.day}`
    }
    const years = [2026, 2027, 2028, 2029]
    expect(years.map((year) => first('春节', year))).toEqual(['2-17', '2-6', '1-26', '2-13'])
    expect(years.map((year) => first('端午', year))).toEqual(['6-19', '6-9', '5-28', '6-16'])
    expect(years.map((year) => first('中秋', year))).toEqual(['9-25', '9-15', '10-3', '9-22'])
    expect(years.map((year) => first('清明', year))).toEqual(['4-5', '4-5', '4-4', '4-4'])
    // The one of this year is over.
    expect(holidayOf('国庆', { year: 2026, month: 10, day: 2 })?.first.year).toBe(2027)
  })

  it('takes no street and no purchase for a holiday', () => {
    for (const words of ['五一路18号', '国庆买的', '中秋礼盒', '元旦路3号']) expect(time(words)).toBeNull()
  })

  it('keeps the day that was proposed when only another hour is answered', () => {
    expect(time('周六上午十点', '十点半')).toEqual(['11-21T10:30', null])
    expect(time('今天晚上', '九点半以后')).toEqual(['11-18T21:30', null])
  })

  it('counts weeks from Monday also when it is Sunday', () => {
    const sunday = Date.parse('2026-11-22T20:00:00+08:00')
    const read = (text: string) =>
      readAppointment([{ text, atMs: sunday }], 'Asia/Shanghai')?.start?.slice(0, 10)
    expect(read('下周一')).toBe('2026-11-23')
    expect(read('周一')).toBe('2026-11-23')
    expect(read('周日晚上九点')).toBe('2026-11-22')
  })

  it('answers in the zone of the business, daylight saving included', () => {
    const read = readAppointment(
      [{ text: 'tomorrow 3pm', atMs: Date.parse('2026-07-01T12:00:00Z') }],
      'Europe/Berlin',
    )
    expect(read?.start).toBe('2026-07-02T15:00:00+02:00')
  })

  it.each(['没有时间', '一点都不好', '十五分钟内到', '型号是A12', '二百三十号'])(
    'reads no time in %s',
    (words) => {
      expect(time(words)).toBeNull()
    },
  )
})

describe('numbers as people say them', () => {
  it.each([
    ['幺三六零五拐幺二八四四', '13605712844'],
    ['幺三九三个八零零幺二', '1398880012'],
    ['one eight eight, double two three oh six', '188223' + '06'],
    ['H G杠W九零B', 'HG-W90B'],
    ['X C D nine nine oh one H', 'XCD9901H'],
    ['Bravo Tango four dash nine', 'BT4-9'],
    ['二百三十二号', '232号'],
    ['大写的B三二', 'B32'],
    ['一直不行', '一直不行'],
  ])('reads %s', (said, written) => {
    expect(spoken(said).text).toBe(written)
  })

  it.each([
    [['零五九幺八八零二拐拐幺六'], '0591-88027716'],
    [['021-64388920转803'], '021-64388920-803'],
    [['+86 138 0000 1111'], '13800001111'],
    [['幺三六零五拐幺', '二八四五'], '13605712845'],
    [['+65 9123 4567'], '+6591234567'],
    [['4008201234'], null],
    [['1380000111'], null],
  ])('reads the phone number %j', (quotes, number) => {
    expect(readPhone(quotes)).toBe(number)
  })
})

describe('names and addresses as people say them', () => {
  it.each([
    [['弓长张'], '张'],
    [['裘文杰'], '裘文杰'],
    [['王 Wendy'], '王 Wendy'],
  ])('reads the name %j', (quotes, name) => {
    expect(readName(quotes)).toBe(name)
  })

  it('writes house numbers in digits and leaves the names of roads alone', () => {
    expect(readDetail(['柯岩街道鉴湖路', '二百三十二号香林花园七幢一单元四零三'])).toBe(
      '柯岩街道鉴湖路232号香林花园7幢1单元403',
    )
    expect(readDetail(['八一七中路四百五十五号'])).toBe('八一七中路455号')
  })

  it('fills the levels above a district that is the only one of its name, with its code', () => {
    expect(readAddress({ district: '昆山市' }, loadLexicon().divisions)).toEqual({
      province: '江苏省',
      city: '苏州市',
      district: '昆山市',
      detail: null,
      adcode: '320583',
    })
  })

  it('fills nothing above a district name that many cities have', () => {
    expect(readAddress({ district: '鼓楼区' }, loadLexicon().divisions)).toMatchObject({
      city: null,
      province: null,
      adcode: null,
    })
  })

  it('keeps names that contradict each other as said, without a code', () => {
    expect(readAddress({ city: '杭州市', district: '浦东新区' }, loadLexicon().divisions)).toMatchObject({
      city: '杭州市',
      district: '浦东新区',
      adcode: null,
    })
  })
})
