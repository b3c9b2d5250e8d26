import type { Agent } from 'node:http'
import { type ConnectIo, FetchError } from '../../src/contract/ports.ts'
import { sentence } from '../../src/kernel/sentence.ts'

/**
 * The hub's agent for a WebSocket to an address that the vendor's gateway named. Rejects in words for the connection's state when the
 * address may not be connected to.
 */
export async function guarded(io: Pick<ConnectIo<unknown>, 'agentFor'>, url: string): Promise<Agent> {
  try {
    return await io.agentFor(url)
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    const { refusal } = error
    const zh = `长连接的地址不能连接：${sentence(refusal, 'zh')}`
    const en = `The address of the long connection cannot be used: ${sentence(refusal, 'en')}`
    throw new Error(`${zh} ${en}`, { cause: error })
  }
}

/** Why a socket did not open, in words for the connection's state: redirects are answers that no client of ours follows. */
export function handshakeProblem(said: string): string {
  const status = /Unexpected server response: (3\d\d)/.exec(said)?.[1]
  if (status === undefined) return said
  const zh = `长连接的地址把我们转到别处（${status}），不跟随。`
  return `${zh} The address of the long connection redirects elsewhere (${status}), which is not followed.`
}
