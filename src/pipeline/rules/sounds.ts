import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

type Pinyin = (text: string, options: { toneType: 'none'; type: 'array' }) => string[]
let pinyin: Pinyin | undefined

/** How a name sounds, without tones and what many speakers do not tell apart: zh and z, n and l, -ng and -n. */
export function soundOf(name: string): string {
  // Loaded when a name is first heard that no list knows: most conversations have none.
  pinyin ??= (require('pinyin-pro') as { pinyin: Pinyin }).pinyin
  return pinyin(name, { toneType: 'none', type: 'array' })
    .map((syllable) =>
      syllable
        .replace(/^([zcs])h/, '$1')
        .replace(/^l/, 'n')
        .replace(/ng$/, 'n'),
    )
    .join(' ')
}

/** What has a sound within a region, made when a region is first asked for; null where two sound the same. */
export function bySound<T>(
  within: (region: string) => readonly (readonly [string, T])[],
): (region: string) => ReadonlyMap<string, T | null> {
  const regions = new Map<string, Map<string, T | null>>()
  return (region) => {
    const known = regions.get(region)
    if (known) return known
    const sounds = new Map<string, T | null>()
    for (const [name, value] of within(region)) {
      const sound = soundOf(name)
      sounds.set(sound, sounds.has(sound) ? null : value)
    }
    regions.set(region, sounds)
    return sounds
  }
}
