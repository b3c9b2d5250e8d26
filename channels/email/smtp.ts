import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { DeliveryError } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { type EmailConfig, hasOauth } from './config.ts'
import { accessToken, SignInError } from './oauth.ts'

/** Pauses after which a silent server counts as gone, ms. */
const timeouts = {
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 120_000,
  dnsTimeout: 10_000,
}

/** Whom a message is for, as SMTP says it. */
export interface SmtpEnvelope {
  readonly from: string
  readonly to: readonly string[]
  readonly size: number
}

/** What the server said. */
export interface SmtpAnswer {
  readonly response: string
  /** Receivers that it refused while it took others. */
  readonly rejected: readonly string[]
}

/** A signed-in SMTP session. Rejects with DeliveryError; closing is the caller's duty. */
export async function openSmtp(io: ChannelIo<EmailConfig>): Promise<SMTPConnection> {
  const { smtp } = io.config
  const connection = new SMTPConnection({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.security === 'tls',
    requireTLS: smtp.security === 'starttls',
    ignoreTLS: smtp.security === 'none',
    ...timeouts,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject)
      connection.connect((error) => (error ? reject(error) : resolve()))
    })
    if (smtp.authenticate) await signIn(connection, io)
    return connection
  } catch (error) {
    connection.close()
    throw failure(error, false)
  }
}

async function signIn(connection: SMTPConnection, io: ChannelIo<EmailConfig>): Promise<void> {
  const user = io.config.smtp.user ?? io.config.address
  const auth = hasOauth(io.config) ? tokenAuth(user, io) : passwordAuth(user, io.config.password ?? '')
  await new Promise<void>((resolve, reject) => {
    connection.login(auth as SMTPConnection.AuthenticationType, (error) =>
      error ? reject(error) : resolve(),
    )
  })
}

function passwordAuth(user: string, pass: string) {
  return { user, pass, credentials: { user, pass } }
}

/** XOAUTH2 with tokens that are fetched through `io.fetch`; one that the server refuses is renewed once. */
function tokenAuth(user: string, io: ChannelIo<EmailConfig>) {
  return {
    method: 'XOAUTH2',
    user,
    oauth2: {
      getToken: (renew: boolean, done: (error: Error | null, token?: string) => void) => {
        accessToken(io, renew).then((token) => done(null, token), done)
      },
      buildXOAuth2Token: (token: string) =>
        Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64'),
    },
  }
}

/**
 * Sends one message over an open session. When the session ends after the content began to flow and before the server
 * answered, nobody knows whether it was taken: DeliveryError `unknown`.
 */
export async function sendOver(
  connection: SMTPConnection,
  envelope: SmtpEnvelope,
  message: Buffer,
  signal: AbortSignal,
): Promise<SmtpAnswer> {
  let began = false
  const content = new Readable({
    read() {
      began = true
      this.push(message)
      this.push(null)
    },
  })
  let giveUp = () => {}
  try {
    return await new Promise<SmtpAnswer>((resolve, reject) => {
      connection.on('error', reject)
      giveUp = () => reject(new Error('given up'))
      signal.addEventListener('abort', giveUp, { once: true })
      const given = { from: envelope.from, to: [...envelope.to], size: envelope.size }
      connection.send(given, content, (error, info) => {
        if (error) reject(error)
        else resolve({ response: info.response, rejected: info.rejected })
      })
    })
  } catch (error) {
    throw failure(error, began)
  } finally {
    // The signal lives as long as the process: what still listens to it keeps the whole mail in memory.
    signal.removeEventListener('abort', giveUp)
  }
}

/** Words in a 5xx answer that mean "too fast", by which QQ and NetEase refuse for a while (their help pages on bounce codes). */
const tooFast =
  /frequency limit|too many (?:connections|messages|recipients)|rate limit|try again later|MI:(?:CEL|DMC)|RP:(?:CEL|TRL)/i
const tooFastWaitMs = 10 * 60_000

interface SmtpError {
  readonly message: string
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
}

/**
 * The class of a failure by the server's answer (RFC 5321 section 4.2.1): 4yz later, 5yz never; without an answer
 * `unknown` once the content flows, before that later.
 */
function failure(error: unknown, began: boolean): DeliveryError {
  if (error instanceof DeliveryError) return error
  const { message, code, responseCode, response } = error as SmtpError
  if (error instanceof SignInError) return new DeliveryError('never', 'sign_in', message)
  const words = (response ?? message).slice(0, 500)
  if (responseCode !== undefined && responseCode >= 400) {
    const name = `smtp_${responseCode}`
    if (tooFast.test(words)) return new DeliveryError('later', name, words, tooFastWaitMs)
    return new DeliveryError(responseCode < 500 ? 'later' : 'never', name, words)
  }
  const name = (code ?? 'no_answer').toLowerCase()
  if (began) return new DeliveryError('unknown', name, words)
  // The library refuses before it asks: no receiver, an address it cannot write, a message above the server's SIZE.
  const isOurs = code === 'EENVELOPE' || code === 'EMESSAGE' || code === 'EAUTH'
  return new DeliveryError(isOurs ? 'never' : 'later', name, words)
}
