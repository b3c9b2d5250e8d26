import type { Console } from '../../bench/hub-process.ts'
import type { ChatWindow, Line, Person } from './window.ts'

const customer: Person = { id: 'form', name: '裘先生(扫码)', role: 'customer' }
type Json = Record<string, unknown>

/** A QR code on a device of the sample workspace: what a phone's browser does with the form, over the same addresses. */
export async function qrForm(hubUrl: string, desk: Console): Promise<ChatWindow> {
  const { devices } = (await desk.get('/api/device/list?limit=1')) as { devices: { id: string }[] }
  const label = await desk.get(`/api/catalogue/label?kind=device&id=${devices[0]!.id}`)
  const link = String(label.url).split('/').at(-1)!
  const lines: Line[] = []
  return {
    vendor: 'qr',
    zh: '设备二维码',
    en: 'QR code on a device',
    people: [customer],
    screen: () => lines,
    async say(_id, text) {
      lines.push({ by: 'person', text })
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
      lines.push({ by: 'hub', text: '已提交,稍后显示工单号和进度 Filed' })
    },
  }
}
