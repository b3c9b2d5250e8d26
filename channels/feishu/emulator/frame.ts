/** A frame of the long connection: the message `pbbp2.Frame`, as far as client and server use it. */
export interface Frame {
  readonly seqId: number
  readonly logId: number
  readonly service: number
  /** 0: control (ping, pong); 1: data. */
  readonly method: 0 | 1
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt(value)
  do {
    const more = rest > 127n
    bytes.push(Number(rest & 127n) | (more ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

const tag = (field: number, wire: 0 | 2) => varint((field << 3) | wire)
const number = (field: number, value: number) => Buffer.concat([tag(field, 0), varint(value)])
const bytes = (field: number, value: Uint8Array) =>
  Buffer.concat([tag(field, 2), varint(value.length), value])

/** Writes a frame in protobuf. */
export function encodeFrame({ seqId, logId, service, method, headers, payload }: Frame): Buffer {
  const pairs = Object.entries(headers).map(([key, value]) =>
    bytes(5, Buffer.concat([bytes(1, Buffer.from(key)), bytes(2, Buffer.from(value))])),
  )
  return Buffer.concat([
    number(1, seqId),
    number(2, logId),
    number(3, service),
    number(4, method),
    ...pairs,
    bytes(8, payload),
  ])
}

/** One field after the other. Throws when the bytes end in the middle of one, or are no protobuf that we use. */
function* fields(data: Uint8Array): Generator<{ field: number; value: number | Uint8Array }> {
  let at = 0
  const readVarint = (): number => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++]
      if (byte === undefined || shift > 63n) throw new Error('a truncated number')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(64, value))
    }
  }
  while (at < data.length) {
    const key = readVarint()
    const field = key >>> 3
    if ((key & 7) === 0) yield { field, value: readVarint() }
    else if ((key & 7) === 2) {
      const length = readVarint()
      if (length < 0 || at + length > data.length) throw new Error('a truncated field')
      yield { field, value: data.subarray(at, at + length) }
      at += length
    } else throw new Error(`the wire type ${key & 7} is not used here`)
  }
}

const textOf = (value: number | Uint8Array) =>
  typeof value === 'number' ? String(value) : Buffer.from(value).toString()

/** Reads a frame. Throws on anything that is none. */
export function decodeFrame(data: Uint8Array): Frame {
  const numbers = [0, 0, 0, 0, 0]
  const headers: Record<string, string> = {}
  let payload: Uint8Array = new Uint8Array()
  for (const { field, value } of fields(data)) {
    if (field >= 1 && field <= 4 && typeof value === 'number') numbers[field] = value
    else if (field === 8 && typeof value !== 'number') payload = value
    else if (field === 5 && typeof value !== 'number') {
      const pair = [...fields(value)].map((one) => textOf(one.value))
      headers[pair[0] ?? ''] = pair[1] ?? ''
    }
  }
  const [, seqId = 0, logId = 0, service = 0, method = 0] = numbers
  if (method !== 0 && method !== 1) throw new Error(`there is no method ${method}`)
  return { seqId, logId, service, method, headers, payload }
}
