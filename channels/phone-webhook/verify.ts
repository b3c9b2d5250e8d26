import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import type { JsonValue } from '../../src/kernel/json.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { type PhoneConfig, type Proof, proofsOf } from './config.ts'
import { type ReadRequest, readRequest, textOf, Unreadable } from './request.ts'
import { readTime } from './time.ts'

/**
 * Believes a report when every proof that the account demands holds; without any it is refused. The key that came in the address is
 * taken off before the request is stored. Pure.
 */
export function verify(request: RawRequest, config: PhoneConfig, nowMs: number): Result<Verified> {
  const proofs = proofsOf(config)
  if (proofs.length === 0) return refuse('signature.missing')
  let read: ReadRequest
  try {
    read = readRequest(request)
  } catch (error) {
    if (error instanceof Unreadable) return refuse('request.malformed', { reason: error.message })
    throw error
  }
  for (const proof of proofs) {
    const held = checks[proof](read, config, nowMs)
    if (!held.ok) return held
  }
  return ok({ request: withoutKey(request, config), claims: { proofs: [...proofs] } })
}

const held = ok(null)

/** Compares in a time that tells nothing about where they differ. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function equal(given: string | undefined, expected: string): Result<null> {
  if (!given) return refuse('signature.missing')
  return same(given, expected) ? held : refuse('signature.invalid')
}

const checks: Readonly<
  Record<Proof, (read: ReadRequest, config: PhoneConfig, nowMs: number) => Result<null>>
> = {
  address: ({ request }, { addresses }) =>
    listed(request.remoteAddress, addresses) ? held : refuse('signature.invalid'),
  key: ({ request }, config) => {
    const { staticKeyIn, staticKeyName, staticKey } = config
    const given =
      staticKeyIn === 'query' ? request.query[staticKeyName] : request.headers[staticKeyName.toLowerCase()]
    return equal(given, staticKey!)
  },
  bearer: ({ request }, { bearerToken }) =>
    equal(/^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1], bearerToken!),
  basic: ({ request }, { basicUser, basicPassword }) => {
    const given = /^Basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    return equal(given && Buffer.from(given, 'base64').toString('utf8'), `${basicUser}:${basicPassword}`)
  },
  sign: signed,
}

/** Whether an address stands on the list of addresses and ranges. An entry that is neither matches nothing. */
function listed(address: string, entries: readonly string[]): boolean {
  const family = (text: string) => (isIPv6(text) ? 'ipv6' : 'ipv4')
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const list = new BlockList()
  for (const entry of entries) {
    const [base = '', bits] = entry.split('/')
    try {
      if (bits === undefined) list.addAddress(base, family(base))
      else list.addSubnet(base, Number(bits), family(base))
    } catch {
      // A wrong entry opens nothing.
    }
  }
  try {
    return list.check(plain, family(plain))
  } catch {
    return false
  }
}

function signed(read: ReadRequest, config: PhoneConfig, nowMs: number): Result<null> {
  const { sign, signSecret } = config
  const given = named(sign.signIn, sign.signName, read)
  if (given === '') return refuse('signature.missing')
  const bare = given.startsWith(sign.signPrefix) ? given.slice(sign.signPrefix.length) : given
  const right = signatureOf(read, config, signSecret!)
  // Platforms write hex in either case.
  const matches = sign.encoding === 'hex' ? same(bare.toLowerCase(), right) : same(bare, right)
  if (!matches) return refuse('signature.invalid')
  if (sign.timestampName === '') return held
  const atMs = readTime(anywhere(sign.timestampName, read), 'auto', config.utcOffset)
  if (atMs === null) return refuse('signature.missing')
  return Math.abs(nowMs - atMs) <= sign.toleranceSeconds * 1000 ? held : refuse('signature.expired')
}

function signatureOf(read: ReadRequest, { sign }: PhoneConfig, secret: string): string {
  const [, keyed, hash] = /^(hmac-)?(.*)$/.exec(sign.algorithm)!
  const digest = keyed ? createHmac(hash!, secret) : createHash(hash!)
  for (const piece of sign.signText.split(/(\{[^{}]+\})/)) {
    const name = /^\{(.+)\}$/.exec(piece)?.[1]
    if (name === undefined) digest.update(piece)
    else if (name === 'body') digest.update(read.request.body)
    else if (name === 'secret') digest.update(secret)
    else if (name === 'params') digest.update(paramsText(read, sign))
    else digest.update(anywhere(name, read))
  }
  return digest.digest(sign.encoding)
}

/** All fields but the signature itself, in the order of their names. */
function paramsText(read: ReadRequest, sign: PhoneConfig['sign']): string {
  return Object.entries(fieldsOf(read.root))
    .filter(([name]) => name !== sign.signName)
    .map(([name, value]) => [name, valueText(value)] as const)
    .filter(([, value]) => !sign.skipEmpty || value !== '')
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}${glue(sign.pairSign)}${value}`)
    .join(glue(sign.joinSign))
}

const glue = (mark: string) => (mark === 'none' ? '' : mark)

function fieldsOf(root: JsonValue): Readonly<Record<string, JsonValue>> {
  return typeof root === 'object' && root !== null && !Array.isArray(root) ? root : {}
}

const valueText = (value: JsonValue) =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

function named(where: 'header' | 'query' | 'field', name: string, { root, request }: ReadRequest): string {
  if (where === 'header') return request.headers[name.toLowerCase()] ?? ''
  const from: Readonly<Record<string, JsonValue>> = where === 'query' ? request.query : fieldsOf(root)
  return Object.hasOwn(from, name) ? textOf(from[name]) : ''
}

/** A value by its name: a field, else a member of the query string, else a header. */
function anywhere(name: string, read: ReadRequest): string {
  return named('field', name, read) || named('query', name, read) || named('header', name, read)
}

function withoutKey(request: RawRequest, { staticKey, staticKeyIn, staticKeyName }: PhoneConfig): RawRequest {
  if (staticKey === undefined) return request
  const without = (record: Readonly<Record<string, string>>, name: string) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
  return staticKeyIn === 'query'
    ? { ...request, query: without(request.query, staticKeyName) }
    : { ...request, headers: without(request.headers, staticKeyName.toLowerCase()) }
}
