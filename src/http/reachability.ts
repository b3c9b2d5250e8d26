import type { NetworkInterfaceInfo } from 'node:os'
import { z } from 'zod'
import { defineQuery, type Query } from '../access/index.ts'
import { roles } from '../contract/actor.ts'
import { ok } from '../kernel/result.ts'

/** How the hub listens and what it believes about its address. */
export interface Listening {
  readonly publicUrl: string | null
  /** HOST; `0.0.0.0` and `::` listen on all addresses. */
  readonly host: string
  readonly port: number
  readonly trustedProxies: number
  readonly version: string
  /** The machine's network interfaces (`os.networkInterfaces`). */
  readonly interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>
}

const loopbackName = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0)$/i
const privateAddress = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)/

const reachabilitySchema = z.object({
  version: z.string(),
  /** PUBLIC_URL; null when none is configured. */
  publicUrl: z.string().nullable(),
  /** The address that links and codes carry now. */
  linkBase: z.string(),
  /** Only programs on this machine can follow such links. */
  loopback: z.boolean(),
  /** Only phones in the same network can. */
  privateNetwork: z.boolean(),
  /** Phones refuse location, camera and recording on pages without it, and vendors refuse such callbacks. */
  https: z.boolean(),
  /** True when people should be warned before a code is printed or a callback address is given away. */
  warn: z.boolean(),
  /** Addresses that a phone in the same network could use for a trial. */
  lanUrls: z.array(z.string()),
  /** True when the hub listens on those addresses; else HOST=0.0.0.0 is needed first. */
  listensOnLan: z.boolean(),
  /** Proxies before the hub whose word on the client's address is believed. */
  trustedProxies: z.number().int(),
})

/** What `system.reachability` answers. */
export type Reachability = z.infer<typeof reachabilitySchema>

/** Judges the configured address. Pure but for the interfaces that are given. */
export function judgeReachability(listening: Listening): Reachability {
  const { publicUrl, host, port, trustedProxies, version } = listening
  const everywhere = host === '0.0.0.0' || host === '::'
  const base =
    publicUrl ?? `http://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
  const { hostname, protocol } = new URL(base)
  const loopback = loopbackName.test(hostname)
  const https = protocol === 'https:'
  const lan = Object.values(listening.interfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
  return {
    version,
    publicUrl,
    linkBase: base,
    loopback,
    privateNetwork: privateAddress.test(hostname) || hostname.endsWith('.local'),
    https,
    warn: loopback || !https,
    lanUrls: lan.map((address) => `http://${address}:${port}`),
    listensOnLan: everywhere || lan.includes(host),
    trustedProxies,
  }
}

/** The query for the console. */
export function reachabilityQuery(listening: Listening): Query {
  return defineQuery(
    {
      name: 'system.reachability',
      title: 'Under which address the world reaches this hub, and what that address is good for',
      permission: { roles },
      input: z.object({}),
      output: reachabilitySchema,
    },
    async () => ok(judgeReachability(listening)),
  )
}
