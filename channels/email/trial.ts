import { DeliveryError, type TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { EmailConfig } from './config.ts'
import { explain, openImap } from './imap/session.ts'
import { openSmtp } from './smtp.ts'

/** Tries the settings: sign-in and mailboxes over IMAP, then sign-in over SMTP. Reads and sends nothing. */
export async function trial(io: ChannelIo<EmailConfig>): Promise<readonly TestStep[]> {
  return [...(await tryImap(io)), await trySmtp(io)]
}

async function tryImap(io: ChannelIo<EmailConfig>): Promise<TestStep[]> {
  const client = await openImap(io).catch((error: unknown) => explain(error))
  if (!('capabilities' in client)) return [{ name: 'imap', ok: false, zh: client.zh, en: client.en }]
  const hasIdle = client.capabilities.has('IDLE')
  const steps: TestStep[] = [
    {
      name: 'imap',
      ok: true,
      zh: hasIdle
        ? '收信服务器登录成功，新邮件会即时送达。'
        : `收信服务器登录成功；它不支持推送，每 ${io.config.pollMs / 1000} 秒查看一次。`,
      en: hasIdle
        ? 'Signed in to the receiving server; new mail arrives at once.'
        : `Signed in to the receiving server; it cannot push, so it is asked every ${io.config.pollMs / 1000} s.`,
    },
  ]
  try {
    for (const path of io.config.imap.mailboxes) steps.push(await tryMailbox(client, path))
  } finally {
    client.close()
  }
  return steps
}

async function tryMailbox(client: Awaited<ReturnType<typeof openImap>>, path: string): Promise<TestStep> {
  const name = `mailbox:${path}`
  try {
    const { exists } = await client.mailboxOpen(path, { readOnly: true })
    return {
      name,
      ok: true,
      zh: `文件夹“${path}”可以读取，共 ${exists} 封邮件。`,
      en: `The mailbox "${path}" can be read; it holds ${exists} mails.`,
      detail: { exists },
    }
  } catch (error) {
    const { kind, zh, en } = explain(error)
    if (kind === 'config') return { name, ok: false, zh, en }
    return {
      name,
      ok: false,
      zh: `无法打开文件夹“${path}”，请检查名称。${zh}`,
      en: `The mailbox "${path}" cannot be opened; check its name. ${en}`,
    }
  }
}

async function trySmtp(io: ChannelIo<EmailConfig>): Promise<TestStep> {
  try {
    const connection = await openSmtp(io)
    connection.quit()
    return { name: 'smtp', ok: true, zh: '发信服务器登录成功。', en: 'Signed in to the sending server.' }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const isRefused = error instanceof DeliveryError && error.retry === 'never'
    return {
      name: 'smtp',
      ok: false,
      zh: isRefused
        ? `发信服务器拒绝登录，请检查账号和授权码：${said}`
        : `无法连接发信服务器，请检查地址和端口：${said}`,
      en: isRefused
        ? `The sending server refused the sign-in. Check the account and the authorization code: ${said}`
        : `The sending server could not be reached. Check its name and port: ${said}`,
    }
  }
}
