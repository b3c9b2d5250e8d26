import { el } from './dom.ts'
import { t } from './words.ts'

/** Whether this phone can record in this page (needs https or localhost). */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices?.getUserMedia)

const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** A button that records a voice note of at most `seconds` and hands it over. */
export function voiceButton(
  seconds: number,
  take: (recording: Blob, name: string) => void,
  failed: (reason: string) => void,
): HTMLButtonElement {
  let recorder: MediaRecorder | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let passed = 0
  const button = el(
    'button',
    { type: 'button', onclick: () => void (recorder ? recorder.stop() : start()) },
    t('record'),
  )

  function idle() {
    clearInterval(timer)
    for (const track of recorder?.stream.getTracks() ?? []) track.stop()
    recorder = undefined
    button.classList.remove('recording')
    button.textContent = t('record')
  }

  async function start() {
    let stream: MediaStream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch {
      failed(t('recordFailed'))
      return
    }
    const type = types.find((each) => MediaRecorder.isTypeSupported(each))
    recorder = new MediaRecorder(stream, type ? { mimeType: type } : {})
    const parts: Blob[] = []
    recorder.ondataavailable = (event) => parts.push(event.data)
    recorder.onstop = () => {
      // Parameters such as ";codecs=opus" are no part of the media type that the hub compares.
      const plain = (recorder?.mimeType ?? 'audio/webm').split(';')[0] ?? 'audio/webm'
      idle()
      take(new Blob(parts, { type: plain }), `${t('voice')}.${plain.endsWith('mp4') ? 'm4a' : 'webm'}`)
    }
    recorder.start()
    passed = 0
    button.classList.add('recording')
    button.textContent = t('stop', { n: 0 })
    timer = setInterval(() => {
      passed += 1
      button.textContent = t('stop', { n: passed })
      if (passed >= seconds) recorder?.stop()
    }, 1000)
  }
  return button
}
