import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Answers on public addresses that belong to the machine's own cloud and give out its secrets. */
const metadata = new Set(['168.63.129.16'])

/** True when an address lies on the public internet: not loopback, private, link-local, shared, reserved or a cloud's metadata service. */
export function isPublicAddress(address: string): boolean {
  // Not the library's own check, which takes `1.2.3` for an address.
  if (!isIP(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' && !metadata.has(parsed.toString())
  const [first = 0, second] = parsed.parts
  // An IPv4 address behind a NAT64 (RFC 6052) is as public as it is itself. Its local-use prefix is not.
  if (parsed.range() === 'rfc6052') {
    const bytes = parsed.toByteArray()
    return (
      bytes.slice(4, 12).every((byte) => byte === 0) &&
      second === 0xff9b &&
      isPublicAddress(bytes.slice(12).join('.'))
    )
  }
  // Only 2000::/3 is given out; 6to4, Teredo and the like lead to IPv4 addresses that we would not see.
  return parsed.range() === 'unicast' && first >> 13 === 1
}

/** The administrator's list of inner addresses that may be fetched from. */
export interface AllowList {
  /** True when the name stands on the list: whatever it resolves to is allowed. */
  host(name: string): boolean
  /** True when the address lies in a range of the list. */
  address(address: string): boolean
}

/**
 * Reads host names (`erp.local`), addresses (`10.0.0.8`) and ranges (`10.1.0.0/16`, `fd00::/8`).
 * Throws TypeError on an entry that is none of these.
 */
export function allowList(entries: readonly string[]): AllowList {
  const names = new Set<string>()
  const ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []
  for (const entry of entries.map((text) => text.trim().toLowerCase())) {
    if (ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry))
    else if (ipaddr.isValid(entry)) {
      const address = ipaddr.process(entry)
      ranges.push([address, address.kind() === 'ipv4' ? 32 : 128])
    } else if (/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(entry)) names.add(entry)
    else throw new TypeError(`"${entry}" is not a host name, an address or a range such as 10.1.0.0/16`)
  }
  return {
    host: (name) => names.has(name.toLowerCase()),
    address(text) {
      if (!ipaddr.isValid(text)) return false
      const address = ipaddr.process(text)
      return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
    },
  }
}
