import type { InboundAttachment } from '../../../src/contract/message.ts'
import type { PhoneConfig } from '../config.ts'

const types: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  amr: 'audio/amr',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/x-m4a',
  gsm: 'audio/gsm',
}

/** The recording that a report names, to be fetched when it is ready; null when it names none that can be fetched. Pure. */
export function recordingOf(
  told: { readonly callId: string; readonly url: string; readonly server: string },
  config: Pick<PhoneConfig, 'recordingBase' | 'firstTrySeconds' | 'giveUpHours'>,
): InboundAttachment | null {
  const url = addressOf(told.url, told.server || config.recordingBase)
  if (!url) return null
  const file = decoded(url.pathname.split('/').at(-1) ?? '')
  const ending = /\.([a-z0-9]{2,4})$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  return {
    name: types[ending] ? file.slice(-200) : `${told.callId}.${ending || 'wav'}`,
    contentType: types[ending] ?? 'application/octet-stream',
    source: {
      kind: 'fetch',
      ref: { url: url.toString() },
      patience: {
        firstDelayMs: config.firstTrySeconds * 1000,
        giveUpAfterMs: config.giveUpHours * 3_600_000,
      },
    },
  }
}

function addressOf(text: string, base: string): URL | null {
  if (text === '') return null
  const url =
    URL.parse(text) ?? (base ? URL.parse(`${base.replace(/\/+$/, '')}/${text.replace(/^\/+/, '')}`) : null)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
