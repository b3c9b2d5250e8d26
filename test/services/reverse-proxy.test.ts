import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstPassword, freePort, type HubProcess, startHub } from '../../bench/hub-process.ts'

const template = readFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'operations', 'nginx.conf'),
  'utf8',
)

describe('the reverse proxy example of the operations page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yitong-proxy-'))
  let hub: HubProcess
  let nginx: ChildProcess
  let httpsPort: number

  beforeAll(async () => {
    const port = await freePort()
    httpsPort = await freePort()
    const [crt, key] = [join(folder, 'hub.crt'), join(folder, 'hub.key')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=hub.example.com',
        '-keyout',
        key,
        '-out',
        crt,
      ],
      { stdio: 'ignore' },
    )
    const config = template
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${httpsPort} ssl`)
      .replace('/etc/ssl/hub.example.com.crt', crt)
      .replace('/etc/ssl/hub.example.com.key', key)
    // As root nginx would drop to a user who cannot write here.
    const user = process.getuid?.() === 0 ? 'user root;\n' : ''
    const own = `${user}pid ${folder}/pid;\nerror_log ${folder}/error.log;\ndaemon off;\n`
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n')
    writeFileSync(
      join(folder, 'nginx.conf'),
      own + config.replace('http {', `http {\n access_log off;\n${paths}`),
    )
    hub = await startHub({
      DATA_DIR: join(folder, 'data'),
      PORT: String(port),
      PUBLIC_URL: 'https://hub.example.com',
      TRUST_PROXY: 'true',
    })
    nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
    for (let i = 0; i < 50; i++) {
      if (await ask('GET', '/healthz').catch(() => null)) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })

  afterAll(async () => {
    nginx.kill('SIGTERM')
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
    return new Promise<{
      status: number
      headers: Record<string, string | string[] | undefined>
      body: string
    }>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: httpsPort,
          path,
          method,
          headers: { host: 'hub.example.com', ...headers },
          rejectUnauthorized: false,
        },
        (answer) => {
          let text = ''
          answer.on('data', (chunk) => {
            text += chunk
            if (path === '/api/events') answer.destroy()
          })
          answer.on('close', () =>
            resolve({ status: answer.statusCode!, headers: answer.headers, body: text }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  it('serves the console over https', async () => {
    const answer = await ask('GET', '/')
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('<html')
  })

  it('gives a session whose cookie is bound to https, and streams events through the proxy at once', async () => {
    const signedIn = await ask(
      'POST',
      '/api/session/signIn',
      { 'content-type': 'application/json' },
      JSON.stringify({ login: 'admin', password: firstPassword(hub) }),
    )
    expect(signedIn.status).toBe(200)
    const cookie = String(signedIn.headers['set-cookie'])
    expect(cookie).toContain('__Host-yitong=')
    expect(cookie).toContain('Secure')
    const events = await ask('GET', '/api/events', { cookie: cookie.split(';')[0]! })
    expect(events.status).toBe(200)
    expect(events.headers['content-type']).toContain('text/event-stream')
    expect(events.body.length).toBeGreaterThan(0)
  })

  it('lets a body that is larger than nginx takes by default reach the hub, which answers itself', async () => {
    const nobody = '/channels/api/00000000-0000-4000-8000-000000000000'
    const answer = await ask('POST', nobody, {}, 'x'.repeat(5 * 1024 * 1024))
    expect(answer.status).toBe(404)
    expect(answer.body).toContain('channel.unknown')
  })
})
