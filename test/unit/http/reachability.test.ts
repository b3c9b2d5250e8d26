import { describe, expect, it } from 'vitest'
import { judgeReachability, type Listening } from '../../../src/http/reachability.ts'

const lan = {
  address: '192.168.1.20',
  family: 'IPv4' as const,
  internal: false,
  netmask: '',
  mac: '',
  cidr: null,
}
const lo = { ...lan, address: '127.0.0.1', internal: true }

const judge = (changes: Partial<Listening> = {}) =>
  judgeReachability({
    publicUrl: null,
    host: '127.0.0.1',
    port: 3000,
    trustedProxies: 0,
    version: '1',
    interfaces: () => ({ lo: [lo], eth0: [lan] }),
    ...changes,
  })

describe('what the console knows about the address of the hub', () => {
  it('warns about a loopback address and offers the one in the local network', () => {
    expect(judge()).toMatchObject({
      linkBase: 'http://127.0.0.1:3000',
      loopback: true,
      warn: true,
      lanUrls: ['http://192.168.1.20:3000'],
      listensOnLan: false,
    })
    expect(judge({ host: '0.0.0.0' })).toMatchObject({ loopback: true, listensOnLan: true })
    expect(judge({ host: '::1' })).toMatchObject({ linkBase: 'http://[::1]:3000', loopback: true })
  })

  it('warns about plain http also where phones can reach it', () => {
    const trial = judge({ publicUrl: 'http://192.168.1.20:3000', host: '192.168.1.20' })
    expect(trial).toMatchObject({
      loopback: false,
      privateNetwork: true,
      https: false,
      warn: true,
      listensOnLan: true,
    })
  })

  it('is content with a public address over https', () => {
    const good = judge({ publicUrl: 'https://hub.example' })
    expect(good).toMatchObject({ loopback: false, privateNetwork: false, https: true, warn: false })
  })

  it('is not fooled by a loopback address with a certificate', () => {
    expect(judge({ publicUrl: 'https://localhost:8443' })).toMatchObject({ loopback: true, warn: true })
  })
})
