import { describe, expect, it } from 'vitest'
import { trustedProxies } from '../../../src/http/trusted-proxies.ts'

describe('the proxies before the hub', () => {
  it('are believed as far as they are counted', () => {
    const two = trustedProxies(2)
    expect([0, 1, 2].map((hop) => two('10.0.0.5', hop))).toEqual([true, true, false])
  })

  it('are believed only on this machine or in its own network', () => {
    const one = trustedProxies(1)
    const near = ['127.0.0.1', '::1', '::ffff:127.0.0.1', '192.168.3.4', '172.20.0.2', 'fd00::1', 'fe80::1']
    const far = ['203.0.113.9', '2001:db8::1', '::ffff:203.0.113.9', 'unknown', '']
    expect(near.filter((address) => !one(address, 0))).toEqual([])
    expect(far.filter((address) => one(address, 0))).toEqual([])
  })
})
