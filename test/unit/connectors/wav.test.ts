import { describe, expect, it } from 'vitest'
import { readWav } from '../../../connectors/_kit/wav.ts'
import { tones, wavOf } from '../../fixtures/recordings.ts'

const wav = tones([440], 2)

describe('recordings of telephone systems', () => {
  const first = (bytes: Uint8Array, count: number) => Array.from(readWav(bytes)!.channels[0]!.slice(0, count))

  it('are read in A-law and µ-law as ITU-T G.711 has it', () => {
    const of = (code: number, data: number[]) =>
      first(wavOf(Buffer.from(data), { code, channels: 1, sampleRate: 8000, bits: 8 }), data.length)
    expect(of(6, [0xd5, 0x55, 0xaa, 0x2a, 0x80, 0x00])).toEqual([8, -8, 32256, -32256, 5504, -5504])
    expect(of(7, [0xff, 0x7f, 0x80, 0x00, 0xf0, 0x70])).toEqual([0, 0, 32124, -32124, 120, -120])
  })

  it('are read with 8, 16, 24 and 32 bits', () => {
    const wavWith = (data: number[], bits: number) =>
      first(wavOf(Buffer.from(data), { code: 1, channels: 1, sampleRate: 8000, bits }), 1)
    expect(wavWith([0xff], 8)).toEqual([32512])
    expect(wavWith([0x34, 0x12], 16)).toEqual([0x1234])
    expect(wavWith([0x00, 0x34, 0x12], 24)).toEqual([0x1234])
    expect(wavWith([0x00, 0x00, 0x34, 0x12], 32)).toEqual([0x1234])
  })

  it('are read to their end although the length was never filled in', () => {
    const streamed = Buffer.from(tones([440], 1))
    streamed.writeUInt32LE(0xffffffff, 40)
    expect(readWav(streamed)!.channels[0]).toHaveLength(8000)
    streamed.writeUInt32LE(0, 40)
    expect(readWav(streamed)!.channels[0]).toHaveLength(8000)
  })

  it('in another codec, cut off or empty are left to the recogniser', () => {
    expect(readWav(wavOf(Buffer.alloc(65), { code: 49, channels: 1, sampleRate: 8000, bits: 16 }))).toBeNull()
    expect(readWav(wav.subarray(0, 40))).toBeNull()
    expect(readWav(wav.subarray(0, 44))).toBeNull()
    expect(readWav(Buffer.from('ID3'))).toBeNull()
  })
})
