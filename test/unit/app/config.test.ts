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
})
