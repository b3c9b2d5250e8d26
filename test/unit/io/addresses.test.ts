import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowList, isPublicAddress } from '../../../src/app/io/addresses.ts'

describe('telling public addresses', () => {
  it.each([
    '93.184.216.34',
    '223.5.5.5',
    '2606:4700:4700::1111',
    '2400:3200::1',
    '::ffff:93.184.216.34',
    '64:ff9b::93.184.216.34',
  ])('takes %s for public', (address) => expect(isPublicAddress(address)).toBe(true))

  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::5db8:d822',
    '2002:7f00:1::1',
    '2002:5db8:d822::1',
    '2001:0:53aa:64c::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '100::1',
    '5f00::1',
    'localhost',
    '',
    '1.2.3',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false))

  it('refuses every private IPv4 address in each of its IPv6 disguises', () => {
    const inner = fc.constantFrom([10], [127], [192, 168], [169, 254], [172, 20], [100, 64])
    fc.assert(
      fc.property(inner, fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }), (head, tail) => {
        const v4 = [...head, ...tail].slice(0, 4).join('.')
        for (const text of [v4, `::ffff:${v4}`, `64:ff9b::${v4}`, `::${v4}`])
          expect(isPublicAddress(text)).toBe(false)
      }),
    )
  })
})

describe('the allow-list', () => {
  it('reads names, addresses and ranges of both kinds', () => {
    const list = allowList(['ERP.local', ' 10.1.0.0/16', 'fd00::/8', '192.168.1.9'])
    expect([list.host('erp.LOCAL'), list.host('erp.local.evil.example'), list.host('10.1.0.1')]).toEqual([
      true,
      false,
      false,
    ])
    expect(
      ['10.1.255.1', '10.2.0.1', 'fd12::3', 'fe80::1', '192.168.1.9', '192.168.1.8'].map(list.address),
    ).toEqual([true, false, true, false, true, false])
    expect(list.address('::ffff:10.1.0.1')).toBe(true)
    expect(list.address('nonsense')).toBe(false)
  })

  it('says which entry it cannot read', () => {
    expect(() => allowList(['http://erp.local'])).toThrow('"http://erp.local" is not a host name')
    expect(() => allowList(['10.0.0.0/99'])).toThrow('10.0.0.0/99')
  })
})
