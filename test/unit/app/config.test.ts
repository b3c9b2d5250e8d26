import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/app/config.ts'

/** What is said of an environment that cannot be used. */
function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error(`${JSON.stringify(env)} was accepted`)
}

describe('the environment', () => {
  it('names a time zone that there is, or the hub does not start', () => {
    for (const zone of ['Mars/Base', 'GMT+8', 'Shanghai']) {
      expect(refusal({ TIME_ZONE: zone })).toContain('TIME_ZONE: must be a time zone such as Asia/Shanghai')
    }
    expect(readConfig({ TIME_ZONE: 'Europe/Berlin' }).timeZone).toBe('Europe/Berlin')
    expect(readConfig({}).timeZone).toBe('Asia/Shanghai')
  })

  it.each([
    ['DATABASE_URL', 'mysql://host/yitong', 'such as postgresql://user:password@host:5432/database'],
    ['REDIS_URL', 'http://host:6379', 'such as redis://host:6379'],
    ['FUNASR_URL', 'http://host:10095', 'such as ws://host:10095 or wss://host:10095'],
    ['LLM_BASE_URL', 'foo:bar', 'such as https://api.openai.com/v1'],
    ['ASR_BASE_URL', 'foo:bar', 'such as https://api.openai.com/v1'],
    ['PUBLIC_URL', 'ftp://hub.example.com', 'such as https://hub.example.com'],
    ['PUBLIC_URL', 'hub.example.com', 'such as https://hub.example.com'],
    ['TRUST_PROXY', 'maybe', 'must be true, false, or how many proxies stand before the hub (0 to 10)'],
  ])('says how %s is written when it is %s', (name, value, words) => {
    const text = refusal({ [name]: value })
    expect(text).toContain(`  ${name}: must be`)
    expect(text).toContain(words)
  })

  it('says where the hub is by its host alone: a path, a query, a fragment or credentials are refused', () => {
    for (const end of ['/yitong', '/?x=1', '/#top']) {
      expect(refusal({ PUBLIC_URL: `https://hub.example.com${end}` })).toContain('host and port alone')
    }
    expect(refusal({ PUBLIC_URL: 'https://user:pw@hub.example.com' })).toContain('credentials')
    for (const end of ['', '/', '//', '/?', '#'])
      expect(readConfig({ PUBLIC_URL: `https://hub.example.com:8443${end}` }).publicUrl).toBe(
        'https://hub.example.com:8443',
      )
  })

  it('takes a blank value as none', () => {
    expect(readConfig({ PORT: ' ', DATABASE_URL: ' ', LLM_TIMEOUT_MS: '' })).toMatchObject({
      ...{ port: 3000, databaseUrl: null, llmTimeoutMs: 30_000 },
    })
  })

  it('counts the proxies before the hub', () => {
    const counted = ['true', 'yes', 'false', 'no', '0', '2'].map(
      (value) => readConfig({ TRUST_PROXY: value }).trustedProxies,
    )
    expect(counted).toEqual([1, 1, 0, 0, 0, 2])
  })
})
