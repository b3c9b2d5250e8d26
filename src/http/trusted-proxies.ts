import ipaddr from 'ipaddr.js'

const near = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal'])

/**
 * Whose `x-forwarded-for` is believed: at most `count` hops before the hub, and each only from this machine or its own network, so
 * that a client that gets past the proxy cannot give itself an address.
 */
export function trustedProxies(count: number): (address: string, hop: number) => boolean {
  return (address, hop) => hop < count && ipaddr.isValid(address) && near.has(ipaddr.process(address).range())
}
