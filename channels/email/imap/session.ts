import { ImapFlow, type ImapFlowOptions } from 'imapflow'
import type { ChannelIo } from '../../../src/contract/ports.ts'
import type { EmailConfig } from '../config.ts'
import { accessToken, SignInError } from '../oauth.ts'

/** Long enough for slow servers, short enough that a dead one is noticed, ms. */
const timeouts = { connectionTimeout: 20_000, greetingTimeout: 16_000, socketTimeout: 120_000 }
/** IDLE is begun anew after this pause, before address translators forget the connection, ms. */
const maxIdleTime = 4 * 60_000

/** What the client says about itself (RFC 2971); NetEase lets nobody in who says nothing. */
const clientInfo = {
  name: 'Yitong',
  version: '0.1.0',
  vendor: 'Yitong',
  'support-url': 'https://github.com/yitong',
}

/** NetEase's servers want the identification after the sign-in, whatever was said before it. */
const netease = /(?:^|\.)(?:163|126|yeah|188|netease|qiye\.163)\.(?:com|net)$/i

/**
 * A signed-in IMAP session; each call makes a new one, since the library's clients work once. A refused token is renewed
 * once. The caller logs out or closes. Rejects with what `explain` understands.
 */
export async function openImap(
  io: ChannelIo<EmailConfig>,
  identifyAgain = netease.test(io.config.imap.host),
): Promise<ImapFlow> {
  const token = await accessToken(io)
  try {
    return await signIn(io, token, identifyAgain)
  } catch (error) {
    if (token === undefined || !(error as ImapFailure).authenticationFailed) throw error
    return await signIn(io, await accessToken(io, true), identifyAgain)
  }
}

async function signIn(
  io: ChannelIo<EmailConfig>,
  token: string | undefined,
  identifyAgain: boolean,
): Promise<ImapFlow> {
  const { imap, address } = io.config
  const user = imap.user ?? address
  const client = new ImapFlow({
    host: imap.host,
    port: imap.port,
    ...security(imap.security),
    auth: token === undefined ? { user, pass: io.config.password ?? '' } : { user, accessToken: token },
    clientInfo,
    logger: false,
    disableAutoIdle: true,
    maxIdleTime,
    maxLiteralSize: io.config.maxBytes * 2,
    maxResponseSize: io.config.maxBytes * 3,
    maxLineLength: 16 * 1024 * 1024,
    ...timeouts,
  })
  // Without a listener an error of a broken socket would end the process; `close` follows it.
  client.on('error', (error: Error) =>
    io.log.debug({ reason: error.message }, 'the mail server connection broke'),
  )
  const stop = () => client.close()
  io.signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    if (identifyAgain) await identify(client)
    return client
  } catch (error) {
    client.close()
    throw error
  } finally {
    io.signal.removeEventListener('abort', stop)
  }
}

function security(kind: EmailConfig['imap']['security']): Pick<ImapFlowOptions, 'secure' | 'doSTARTTLS'> {
  if (kind === 'tls') return { secure: true }
  return { secure: false, doSTARTTLS: kind === 'starttls' }
}

/** ID once more: the library asks again only when the first answer was short. */
async function identify(client: ImapFlow): Promise<void> {
  const run = (client as unknown as { run(command: string, info: object): Promise<unknown> }).run
  await run.call(client, 'ID', clientInfo)
}

/** What the library puts on its errors. */
interface ImapFailure {
  readonly message: string
  readonly code?: string
  readonly authenticationFailed?: boolean
  readonly responseText?: string
  readonly response?: unknown
  readonly responseStatus?: string
  readonly mailboxMissing?: boolean
}

/** A failure in plain words; `config` when only a person can mend it. */
export interface Explained {
  readonly kind: 'config' | 'refused' | 'network'
  readonly zh: string
  readonly en: string
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ALTNAME/

/** Says what a failure of sign-in, mailbox or connection means and what to do. */
export function explain(error: unknown): Explained {
  const failure = error as ImapFailure
  const said = [
    failure.responseText,
    typeof failure.response === 'string' ? failure.response : '',
    failure.message,
  ]
    .filter(Boolean)
    .join(' ')
    .slice(0, 300)
  if (/unsafe login|kefu@188/i.test(said)) {
    return {
      kind: 'config',
      zh: '网易邮箱拒绝了客户端（Unsafe Login）：请在网页邮箱里开启 IMAP 服务，并使用授权码登录。',
      en: 'NetEase refused the client (Unsafe Login): switch on IMAP in the web mailbox and sign in with the authorization code.',
    }
  }
  if (error instanceof SignInError || failure.authenticationFailed) {
    return {
      kind: 'config',
      zh: `邮件服务器拒绝登录，请检查账号和授权码（或重新授权）：${said}`,
      en: `The mail server refused the sign-in. Check the account and the authorization code (or authorise again): ${said}`,
    }
  }
  if (failure.code && certificateCodes.test(failure.code)) {
    return {
      kind: 'config',
      zh: `邮件服务器的证书无效，请检查服务器地址：${said}`,
      en: `The certificate of the mail server is not valid. Check the server's name: ${said}`,
    }
  }
  if (failure.responseStatus === 'NO' || failure.responseStatus === 'BAD' || failure.mailboxMissing) {
    return {
      kind: 'refused',
      zh: `邮件服务器拒绝了请求：${said}`,
      en: `The mail server refused the request: ${said}`,
    }
  }
  return {
    kind: 'network',
    zh: `连接邮件服务器失败：${said}`,
    en: `The mail server could not be reached: ${said}`,
  }
}
