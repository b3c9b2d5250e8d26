import type { Console } from '../../bench/hub-process.ts'
import type { ChatWindow, Line, Person } from './window.ts'

const customer: Person = { id: 'form', name: '裘先生（扫码）', role: 'customer' }
type Json = Record<string, unknown>

/** A QR code on a device of the sample workspace: what a phone's browser does with the form, over the same addresses. */
export async function qrForm(hubUrl: string, desk: Console): Promise<ChatWindow> {
  const { devices } = (await desk.get('/api/device/list?limit=1')) as { devices: { id: string }[] }
  const label = await desk.get(`/api/catalogue/label?kind=device&id=${devices[0]!.id}`)
  const link = String(label.url).split('/').at(-1)!
  const filed: Filed[] = []
  return {
    vendor: 'qr',
    zh: '设备二维码',
    en: 'QR code on a device',
    people: [customer],
    screen: () =>
      filed.flatMap(({ text, progress }): Line[] => [
        { by: 'person', text },
        { by: 'hub', text: progress },
      ]),
    async refresh() {
      for (const each of filed) each.progress = await progressOf(hubUrl, each)
    },
    async say(_id, text) {
      const form = (await (await fetch(`${hubUrl}/c/api/link?link=${link}`)).json()) as Json
      const answer = await fetch(`${hubUrl}/channels/qr/${String(form.accountId)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-form-pass': String(form.pass) },
        body: JSON.stringify({
          link,
          submissionId: `demo${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`,
          lang: 'zh',
          fault: text,
          phone: /1\d{10}/.exec(text)?.[0] ?? '13705710018',
          name: '裘先生',
          uploads: [],
        }),
      })
      if (answer.status !== 202 && answer.status !== 200)
        throw new Error(`the form answered ${answer.status}`)
      const { receipt } = (await answer.json()) as { receipt: string }
      filed.push({ text, receipt, progress: '已提交，稍后显示工单号和进度 Filed', readAtMs: 0 })
    },
  }
}

/** A request that was filed, and what its progress page showed last. */
interface Filed {
  readonly text: string
  readonly receipt: string
  progress: string
  readAtMs: number
}

const steps: Readonly<Record<string, string>> = {
  received: '已提交',
  opened: '已建单',
  assigned: '已派工程师',
  working: '处理中',
  done: '已完成',
  cancelled: '已取消',
}

/** What the customer's progress page says; read at most twice a second, as a page would not do more often either. */
async function progressOf(hubUrl: string, filed: Filed): Promise<string> {
  const now = Date.now()
  if (now - filed.readAtMs < 500) return filed.progress
  filed.readAtMs = now
  const answer = await fetch(`${hubUrl}/c/api/progress?receipt=${filed.receipt}`)
  if (!answer.ok) return filed.progress
  const { number, step, engineer } = (await answer.json()) as Json
  const who = typeof engineer === 'string' ? `，工程师 ${engineer}` : ''
  return `${typeof number === 'string' ? `${number} ` : ''}${steps[String(step)] ?? String(step)}${who}`
}
