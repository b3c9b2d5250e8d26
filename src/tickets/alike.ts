import type { Address } from '../contract/ticket.ts'

/** What of a ticket, or of what was just said, can be compared with another. */
export interface Comparable {
  readonly contactId: string | null
  readonly phone: string | null
  readonly serialNumber: string | null
  readonly deviceId: string | null
  readonly model: string | null
  readonly category: string | null
  readonly address: Address | null
  /** What is wrong, in the customer's words; empty when nothing is said of it. */
  readonly fault: string
}

/** Whether two texts tell of the same fault; `unknown` when one of them says too little. */
export type FaultLikeness = 'same' | 'different' | 'unknown'

/** How two things are the same device, and what shows it. */
export type DeviceLikeness =
  | { readonly kind: 'serial'; readonly value: string }
  | { readonly kind: 'device'; readonly value: string }
  | { readonly kind: 'model'; readonly value: string }
  | { readonly kind: 'category'; readonly value: string }

/** Why two tickets are probably one: the device, and the words on both sides that tell of the fault. */
export interface Likeness {
  readonly kind: 'same_device_and_fault'
  readonly device: DeviceLikeness
  readonly same: { readonly mine: string; readonly theirs: string }
}

/** Symptoms by name, as people say them. A fault tells of one or more; two that share none are two faults. */
const symptoms: readonly (readonly [string, RegExp])[] = [
  [
    'cooling',
    /不(?:制冷|冷|凉)|制冷(?:不|差|效果)|没(?:有)?冷气|not cool|won['’]?t cool|isn['’]?t cool|no cold/i,
  ],
  ['heating', /不(?:制热|热|加热|出热水)|没(?:有)?热水|制热(?:不|差)|not heat|won['’]?t heat|no hot/i],
  ['leak', /漏水|滴水|渗水|漏了|一地水|leak|drip/i],
  ['gas', /漏气|煤气味|燃气味|gas smell|smell(?:s)? (?:of )?gas/i],
  ['noise', /异响|噪音|噪声|响声|嗡嗡|吱|声音(?:很|太|特别)?大|nois|rattl|buzz|loud/i],
  [
    'dead',
    /不通电|没(?:有)?反应|开不了机|不启动|启动不|打不着|不工作|不转|not turn(?:ing)? on|won['’]?t (?:start|turn on)|dead|no power|doesn['’]?t start/i,
  ],
  ['inlet', /不进水|进不了水|不上水|no water (?:in|com)|not fill/i],
  ['drain', /不排水|排不(?:了|出)水|不下水|堵|not drain|clog|block/i],
  ['display', /黑屏|花屏|白屏|不显示|屏幕|条纹|竖线|black screen|screen|display/i],
  ['spin', /不脱水|甩干|不甩|not spin/i],
  ['lock', /打不开门|门(?:打|开)不开|锁不上|解锁|door (?:won|does|is)|unlock/i],
  ['jam', /卡纸|不进纸|卡住|卡死|paper jam|jam|stuck/i],
  ['offline', /连不上|掉线|离线|断开|配网|wifi|offline|disconnect|won['’]?t connect/i],
  ['smell', /异味|臭|糊味|焦味|怪味|smell|odou?r/i],
  ['smoke', /冒烟|冒火|起火|着火|smok|spark|fire/i],
  ['shock', /漏电|触电|麻手|electric shock/i],
  ['trip', /跳闸|跳电|trip/i],
  ['broken', /裂|碎|破|断了|broke|crack/i],
  ['frost', /结冰|结霜|不化霜|frost|ice build/i],
  ['charge', /充不进|不充电|充不了|续航|not charg|won['’]?t charge/i],
]

const errorCode = /(?<![A-Za-z0-9])[A-Z]{1,2}-?\d{1,3}(?![A-Za-z0-9])/gi

/** The longest text that is compared, characters. */
const longest = 400

interface Signs {
  readonly names: ReadonlyMap<string, string>
  readonly codes: ReadonlySet<string>
  readonly tokens: ReadonlySet<string>
}

function signsOf(fault: string): Signs {
  const text = fault.normalize('NFKC').slice(0, longest)
  const names = new Map<string, string>()
  for (const [name, words] of symptoms) {
    const found = words.exec(text)
    if (found) names.set(name, found[0])
  }
  const codes = new Set([...text.matchAll(errorCode)].map(([code]) => code.toUpperCase().replace('-', '')))
  return { names, codes, tokens: tokensOf(text) }
}

/** Pairs of neighbouring Chinese characters, and Latin words. */
function tokensOf(text: string): ReadonlySet<string> {
  const tokens = new Set<string>()
  for (const [run] of text.toLowerCase().matchAll(/\p{Script=Han}+|[a-z][a-z']+/gu)) {
    if (/[a-z]/.test(run)) {
      if (run.length > 3) tokens.add(run)
      continue
    }
    const chars = Array.from(run)
    for (let i = 0; i + 1 < chars.length; i++) tokens.add(chars[i]! + chars[i + 1]!)
  }
  return tokens
}

/** So much of the shorter text's tokens stands in the other where both tell the same without a known symptom. */
const enough = 0.5
const fewestTokens = 2

interface ComparedFault {
  readonly of: FaultLikeness
  /** The words on both sides, where they are the same. */
  readonly mine: string
  readonly theirs: string
}

/** Compares what is wrong in two texts: by error codes, then by known symptoms, then by their words. Pure. */
export function compareFaults(mine: string, theirs: string): ComparedFault {
  const none = { mine: '', theirs: '' }
  if (mine.trim() === '' || theirs.trim() === '') return { of: 'unknown', ...none }
  const [a, b] = [signsOf(mine), signsOf(theirs)]
  if (a.codes.size > 0 && b.codes.size > 0) {
    const code = [...a.codes].find((each) => b.codes.has(each))
    return code ? { of: 'same', mine: code, theirs: code } : { of: 'different', ...none }
  }
  const shared = [...a.names.keys()].find((name) => b.names.has(name))
  if (shared) return { of: 'same', mine: a.names.get(shared)!, theirs: b.names.get(shared)! }
  if (a.names.size > 0 && b.names.size > 0) return { of: 'different', ...none }
  const common = [...a.tokens].filter((token) => b.tokens.has(token))
  const least = Math.min(a.tokens.size, b.tokens.size)
  if (common.length >= fewestTokens && common.length >= least * enough)
    return { of: 'same', mine: common.join(' '), theirs: common.join(' ') }
  return { of: a.names.size + b.names.size > 0 ? 'unknown' : 'different', ...none }
}

/** A number on a plate as it is compared. */
export function plain(code: string | null): string | null {
  const bare =
    code
      ?.normalize('NFKC')
      .toUpperCase()
      .replace(/[^\p{L}\p{N}]/gu, '') ?? ''
  return bare === '' ? null : bare
}

/** The part of an address below its district, as it is compared. */
function plainDetail(address: Address | null): string | null {
  return plain(address?.detail ?? null)
}

/** Whether two addresses can be one place, and whether they surely are. */
export function compareAddresses(a: Address | null, b: Address | null): FaultLikeness {
  if (!a || !b) return 'unknown'
  for (const level of ['province', 'city', 'district'] as const)
    if (a[level] && b[level] && a[level] !== b[level]) return 'different'
  const [mine, theirs] = [plainDetail(a), plainDetail(b)]
  if (mine === null || theirs === null) return 'unknown'
  return mine === theirs || mine.includes(theirs) || theirs.includes(mine) ? 'same' : 'different'
}

/**
 * Whether two are about one device. `different` when numbers, models, categories or places contradict each other; `sameContact` says
 * that one customer has both, without which only a number on the device tells. Pure.
 */
export function compareDevices(
  a: Comparable,
  b: Comparable,
  sameContact: boolean,
): DeviceLikeness | 'different' | 'unknown' {
  const [mine, theirs] = [plain(a.serialNumber), plain(b.serialNumber)]
  if (mine && theirs) return mine === theirs ? { kind: 'serial', value: a.serialNumber! } : 'different'
  if (a.deviceId && b.deviceId)
    return a.deviceId === b.deviceId ? { kind: 'device', value: a.deviceId } : 'different'
  const [model, other] = [plain(a.model), plain(b.model)]
  if (model && other && model !== other) return 'different'
  if (a.category && b.category && a.category !== b.category) return 'different'
  const place = compareAddresses(a.address, b.address)
  if (place === 'different') return 'different'
  if (!sameContact) return 'unknown'
  if (model && model === other) return { kind: 'model', value: a.model! }
  if (a.category && a.category === b.category) return { kind: 'category', value: a.category }
  return 'unknown'
}

/**
 * Why a ticket is probably the same as another one: the same device (its number or record; without one the same customer, model or
 * category, and address) with the same fault. Null when it is not, or too little is known. Pure.
 */
export function likenessOf(mine: Comparable, theirs: Comparable): Likeness | null {
  const sameContact = mine.contactId !== null && mine.contactId === theirs.contactId
  const device = compareDevices(mine, theirs, sameContact)
  if (device === 'different' || device === 'unknown') return null
  const numbered = device.kind === 'serial' || device.kind === 'device'
  const place = compareAddresses(mine.address, theirs.address)
  const neitherPlace = plainDetail(mine.address) === null && plainDetail(theirs.address) === null
  // Without a number the place must be the same one, or never have been said.
  if (!numbered && place !== 'same' && !neitherPlace) return null
  const fault = compareFaults(mine.fault, theirs.fault)
  if (fault.of !== 'same') return null
  return { kind: 'same_device_and_fault', device, same: { mine: fault.mine, theirs: fault.theirs } }
}
