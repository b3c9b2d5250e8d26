import { writeFileSync } from 'node:fs'
import { startCallCenter } from '../../channels/phone-webhook/emulator/call-center.ts'
import { presets } from '../../channels/phone-webhook/presets.ts'
import type { ScriptedLine } from '../../connectors/asr/scripted/index.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { tones } from '../../test/fixtures/recordings.ts'
import type { Line, Person, Vendor } from './window.ts'

/** What is "heard" in the recording of the story's call. Offsets in ms. */
const said: readonly ScriptedLine[] = [
  { speaker: 'agent', text: '您好,某某家电售后,工号1024,请问有什么可以帮您?', startMs: 400, endMs: 3600 },
  { speaker: 'customer', text: '你好,我家空调不制冷了,吹出来都是热风。', startMs: 4000, endMs: 7800 },
  { speaker: 'agent', text: '好的,请问您贵姓,地址在哪里?', startMs: 8200, endMs: 10_600 },
  {
    speaker: 'customer',
    text: '免贵姓郑,杭州市西湖区学院路128号2幢301,电话是幺三六零五七幺零零幺幺。',
    startMs: 11_000,
    endMs: 19_500,
  },
  {
    speaker: 'agent',
    text: '跟您核对一下,13605710011,明天上午师傅上门可以吗?',
    startMs: 20_000,
    endMs: 24_000,
  },
  { speaker: 'customer', text: '可以的,谢谢。', startMs: 24_300, endMs: 25_600 },
]

const caller: Person = { id: '13605710011', name: '郑先生', role: 'customer' }
const talkMs = 26_000

/** A cloud call center on loopback: it pushes reports of a call and holds its recording, which is not ready at first. */
export async function phone(scriptFile: string): Promise<Vendor> {
  const center = await startCallCenter('generic')
  // Tones instead of voices: the scripted recogniser knows the recording by its hash and hears nothing.
  const recording = tones([220, 330], talkMs / 1000)
  writeFileSync(scriptFile, JSON.stringify({ [sha256(recording)]: said }))
  let callback = ''
  const lines: Line[] = []
  return {
    kind: 'phone-webhook',
    accountName: '模拟呼叫中心',
    config: {
      ...presets.find((preset) => preset.key === 'generic')!.config,
      signSecret: center.secret,
      firstTrySeconds: 0,
    },
    connect: (url) => {
      callback = url
    },
    window: {
      vendor: 'phone',
      zh: '电话热线',
      en: 'Phone',
      people: [caller],
      screen: () => lines,
      /** A call from this number ends; its recording can be fetched at the second try. */
      async call(from) {
        lines.push({
          by: 'note',
          text: `${caller.name} ${from} 来电，录音是提示音，文字是预先写好的 (scripted)`,
        })
        for (const { speaker, text } of said)
          lines.push({ by: speaker === 'customer' ? 'person' : 'hub', text })
        const call = center.call({ from, recording, talkMs, misses: ['missing'] })
        const pushed = await center.report(call, callback, { hurry: 1000 })
        const taken = pushed.filter(({ accepted }) => accepted).length
        lines.push({ by: 'note', text: `通话 0:26,已推送话单和录音地址 ${taken}/${pushed.length} pushed` })
        return pushed
      },
    },
    stop: () => center.close(),
  }
}
