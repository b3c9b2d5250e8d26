import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deviceMembers } from '../../../src/catalogue/index.ts'
import { faultsOf } from '../../../src/contract/faults.ts'

const device = z.object({ serialNumber: deviceMembers.serialNumber, phone: deviceMembers.phone })
const read = (given: object) => device.safeParse({ serialNumber: 'SN-1', phone: null, ...given })
const said = (given: object) => faultsOf(read(given).error!)[0]

describe('the phone number of a device', () => {
  it.each([
    '13605710001',
    '+86 136 0571 0001',
    '0571-88886666',
    '(010) 8888 6666',
    '0532-80901234-8012',
    '0571-88886666转801',
    '400-820-8820',
    '4008208820',
    '800 820 8820',
    '88886666',
    '+1 (415) 555-2671',
    '0044 20 7946 0958',
    '852 9123 4567',
  ])('may be %s', (phone) => {
    expect(read({ phone })).toMatchObject({ success: true, data: { phone } })
  })

  it.each(['123', '无', '12345678901', '1360571000', '136057100011', 'abc', '13605710001 张', '+12', '0571'])(
    'cannot be %s, and is told what it may be in both languages',
    (phone) => {
      expect(said({ phone })).toMatchObject({
        messageZh: expect.stringMatching(/^应为手机号、带区号的座机/),
        message: expect.stringMatching(/^must be a mobile/),
      })
    },
  )

  it('is kept without the blanks around it, and is none when the box is empty', () => {
    expect(read({ phone: ' 13605710001\t' }).data?.phone).toBe('13605710001')
    expect(read({ phone: '  ' }).data?.phone).toBeNull()
  })
})

describe('the serial number of a device', () => {
  it('is kept without the blanks around it', () => {
    expect(read({ serialNumber: '  AC26050012 \n' }).data?.serialNumber).toBe('AC26050012')
  })

  it.each(['', '   ', 'x'.repeat(65), 'AC\n12', 'AC\u0000', 'AC\u200b12', 'AC\u202e12'])(
    'cannot be %j, and the sentence says why in both languages',
    (serialNumber) => {
      expect(said({ serialNumber })).toMatchObject({
        messageZh: expect.stringMatching(/^要填 1 到 64 个字符/),
        message: expect.stringMatching(/^must have 1 to 64 characters/),
      })
    },
  )
})
