/** Sound as samples, one array for each channel. */
export interface Pcm {
  readonly sampleRate: number
  readonly channels: readonly Int16Array[]
}

const pcm = 1
const aLaw = 6
const muLaw = 7
const extensible = 0xfffe

interface Format {
  readonly code: number
  readonly channels: number
  readonly sampleRate: number
  readonly bits: number
}

/**
 * Reads a WAV file of linear PCM (8, 16, 24, 32 bits), A-law or µ-law (ITU-T G.711), which is what telephone systems record. Null when
 * it is none of these: another codec in a WAV, another file, a broken one. A data chunk whose length was never filled in reaches
 * to the end of the file.
 */
export function readWav(bytes: Uint8Array): Pcm | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.byteLength < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') return null
  let format: Format | null = null
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const length = view.getUint32(at + 4, true)
    const from = at + 8
    if (name(at) === 'fmt ' && length >= 16 && from + 16 <= bytes.byteLength)
      format = formatAt(view, from, length)
    if (name(at) === 'data') {
      const end = length === 0 || from + length > bytes.byteLength ? bytes.byteLength : from + length
      return format && samplesOf(bytes.subarray(from, end), format)
    }
    at = from + length + (length % 2)
  }
  return null
}

function formatAt(view: DataView, at: number, length: number): Format {
  const tag = view.getUint16(at, true)
  // The codec of the extensible form stands at the head of its sub-format.
  const code = tag === extensible && length >= 26 ? view.getUint16(at + 24, true) : tag
  return {
    code,
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  }
}

function samplesOf(data: Uint8Array, { code, channels, sampleRate, bits }: Format): Pcm | null {
  const read = reader(code, bits)
  if (!read || channels < 1 || channels > 8 || sampleRate < 4000 || sampleRate > 192_000) return null
  const width = bits / 8
  const frames = Math.floor(data.byteLength / (width * channels))
  if (frames === 0) return null
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const tracks = Array.from({ length: channels }, () => new Int16Array(frames))
  for (let frame = 0, at = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++, at += width) tracks[channel]![frame] = read(view, at)
  }
  return { sampleRate, channels: tracks }
}

type Read = (view: DataView, at: number) => number

function reader(code: number, bits: number): Read | null {
  if (code === aLaw && bits === 8) return (view, at) => fromALaw(view.getUint8(at))
  if (code === muLaw && bits === 8) return (view, at) => fromMuLaw(view.getUint8(at))
  if (code !== pcm) return null
  if (bits === 16) return (view, at) => view.getInt16(at, true)
  if (bits === 8) return (view, at) => (view.getUint8(at) - 128) << 8
  if (bits === 24) return (view, at) => view.getInt16(at + 1, true)
  return bits === 32 ? (view, at) => view.getInt16(at + 2, true) : null
}

function fromALaw(byte: number): number {
  const code = byte ^ 0x55
  const exponent = (code >> 4) & 7
  const mantissa = ((code & 15) << 4) + 8
  const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1)
  return code & 0x80 ? size : -size
}

function fromMuLaw(byte: number): number {
  const code = ~byte & 0xff
  const size = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132
  return code & 0x80 ? -size : size
}

/** One track as a WAV file of 16-bit PCM. */
export function writeWav(samples: Int16Array, sampleRate: number): Uint8Array {
  const bytes = Buffer.alloc(44 + samples.length * 2)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(pcm, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE(sampleRate * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples.length * 2, 40)
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, 44 + i * 2)
  return bytes
}

/** All tracks mixed into one. */
export function mixed({ channels }: Pcm): Int16Array {
  const [first, ...others] = channels as [Int16Array, ...Int16Array[]]
  if (others.length === 0) return first
  return first.map((_, i) => channels.reduce((sum, track) => sum + track[i]!, 0) / channels.length)
}

/** Whether the tracks are copies of one: some systems write a mixed recording twice and call it stereo. */
export function isDoubledMono({ channels }: Pcm): boolean {
  const [first, ...others] = channels as [Int16Array, ...Int16Array[]]
  return others.length > 0 && others.every((track) => track.every((sample, i) => sample === first[i]))
}
