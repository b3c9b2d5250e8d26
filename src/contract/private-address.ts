import { type Refusal, refuse } from '../kernel/result.ts'

/** The refusal of an address to push to that lies within the own network; `path` is the member that holds it. */
export function privateAddress(url: string, path: string): Refusal {
  const messageZh =
    '这个地址在内网或本机，默认不推送。确实需要时，请把主机名或网段写进环境变量 ALLOW_PRIVATE_HOSTS，重启后再保存。'
  const message =
    'This address is in a private network, where nothing is pushed by default. If it is meant, add the host or range to ALLOW_PRIVATE_HOSTS, restart, and save again.'
  const host = new URL(url).hostname
  return refuse('fetch.private_address', { host }, [{ path, message, messageZh }]).refusal
}
