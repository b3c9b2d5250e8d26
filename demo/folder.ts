import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const marker = 'made-by-the-demo'

/**
 * Makes the demo's data folder anew. Only a folder that a demo made is used, and thrown away: a hub with real accounts never meets an
 * emulator. Throws when somebody else made it.
 */
export function freshFolder(folder: string): void {
  if (existsSync(folder) && !existsSync(join(folder, marker))) {
    throw new Error(`${folder} was not made by the demo. Move it away first; the demo would delete it.`)
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, marker), 'npm run demo deletes this folder at every start.\n')
}

/**
 * The environment of the demo's hub. What an operator exported for a real hub is emptied, which counts as not set: the emulators
 * must never reach a real database, and no real model or recogniser may be asked about a played call.
 */
export function hubEnvironment(folder: string, port: number, script: string): Record<string, string> {
  return {
    DATABASE_URL: '',
    REDIS_URL: '',
    SECRET_KEY: '',
    LLM_BASE_URL: '',
    FUNASR_URL: '',
    ASR_BASE_URL: '',
    TRUST_PROXY: '',
    YITONG_ROLE: '',
    ASR_SCRIPT: script,
    DATA_DIR: folder,
    PORT: String(port),
    HOST: '127.0.0.1',
    // 详情 on the cards opens the engineer's page here.
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    // The emulators are on this machine; a hub of its own may reach them.
    ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  }
}
