import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { freshFolder, hubEnvironment } from '../../../demo/folder.ts'
import { readConfig } from '../../../src/app/config.ts'

describe('the data folder of the demo', () => {
  const place = mkdtempSync(join(tmpdir(), 'yitong-folder-'))
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  it('is refused when no demo made it, and nothing in it is touched', () => {
    writeFileSync(join(place, 'precious'), 'data of a real hub')
    expect(() => freshFolder(place)).toThrow('was not made by the demo')
    expect(readFileSync(join(place, 'precious'), 'utf8')).toBe('data of a real hub')
  })

  it('is made where there is none, and made anew where a demo made it', () => {
    const own = join(place, 'own')
    freshFolder(own)
    writeFileSync(join(own, 'left-over'), '')
    freshFolder(own)
    expect(existsSync(join(own, 'left-over'))).toBe(false)
  })
})

describe('the environment of the demo’s hub', () => {
  it('has nothing of what is exported for a real one', () => {
    const exported = {
      DATABASE_URL: 'postgresql://real@db.example.com/yitong',
      REDIS_URL: 'redis://redis.example.com',
      SECRET_KEY: 'real',
      PUBLIC_URL: 'https://service.example.cn',
      LLM_BASE_URL: 'https://llm.example.com',
      LLM_MODEL: 'm',
      FUNASR_URL: 'wss://asr.example.com',
      ASR_BASE_URL: 'https://asr.example.com',
      ASR_MODEL: 'm',
      HOST: '0.0.0.0',
      YITONG_ROLE: 'web',
    }
    const config = readConfig({ ...exported, ...hubEnvironment('/d', 3100, '/d/script.json') })
    expect(config).toMatchObject({
      ...{ databaseUrl: null, redisUrl: null, secretKey: null, llm: null, role: 'all' },
      ...{ dataDir: '/d', host: '127.0.0.1', publicUrl: 'http://127.0.0.1:3100' },
      asr: { script: '/d/script.json', funasr: null, openai: null },
    })
  })
})
