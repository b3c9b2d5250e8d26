import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from './failure.ts'
import { securityHeaders } from './security-headers.ts'

/** The word that the page build leaves where a fresh nonce belongs. */
const nonceWord = '__CSP_NONCE__'

/** Pages of the build, below the folder of the assets. */
const pages = {
  console: 'console/index.html',
  form: 'customer/form.html',
  progress: 'customer/progress.html',
  job: 'engineer/job.html',
} as const
type Page = keyof typeof pages

/** Which page answers an address: `/e/…` an engineer's job, `/c/t/…` a customer's progress, other `/c/…` the form, all else the console. */
export function pageFor(path: string): Page {
  if (path.startsWith('/e/')) return 'job'
  if (path.startsWith('/c/t/')) return 'progress'
  return path.startsWith('/c/') ? 'form' : 'console'
}

/** Addresses that no page stands under. */
const machinePath = /^\/(?:api|channels|assets|healthz|readyz|metrics)(?:\/|$)|^\/[ce]\/api\//

/** Content-Security-Policy of a page: only our own files, and scripts and styles that carry the nonce. */
export function contentSecurityPolicy(page: Page, nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    page === 'console' ? "frame-src 'self'" : "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const missing = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>一通 Yitong</title>
<h1>页面尚未构建</h1>
<p>服务已启动，但网页文件不存在。请在安装目录运行 <code>npm run prepare</code>，然后重新启动。</p>
<h1 lang="en">The pages are not built</h1>
<p lang="en">The hub is running, but its pages are missing. Run <code>npm run prepare</code> in the folder of the
installation, then start again.</p>
</html>
`

export interface PageOptions {
  /** The folder of the page build, `web/dist`. */
  readonly dir: string
  readonly https: boolean
}

/** Serves the pages: assets for a year (their names change with their content), pages fresh with a nonce for each answer. */
export function registerPages(server: FastifyInstance, { dir, https }: PageOptions): void {
  const built = new Map<Page, string[]>()
  for (const [page, file] of Object.entries(pages) as [Page, string][]) {
    const path = join(dir, file)
    if (existsSync(path)) built.set(page, readFileSync(path, 'utf8').split(nonceWord))
  }
  const headers = securityHeaders(https)
  if (existsSync(join(dir, 'assets'))) {
    server.register(fastifyStatic, {
      root: join(dir, 'assets'),
      prefix: '/assets/',
      index: false,
      immutable: true,
      // The build wrote .br and .gz beside each file.
      preCompressed: true,
      maxAge: '365d',
      decorateReply: false,
      setHeaders: (reply) => {
        reply.headers(headers)
      },
    })
  }

  function send(reply: FastifyReply, path: string): FastifyReply {
    reply.headers(headers).header('cache-control', 'no-cache').type('text/html; charset=utf-8')
    const page = pageFor(path)
    const parts = built.get(page)
    if (!parts) {
      return reply.code(503).header('content-security-policy', "default-src 'none'").send(missing)
    }
    const nonce = randomBytes(16).toString('base64')
    return reply.header('content-security-policy', contentSecurityPolicy(page, nonce)).send(parts.join(nonce))
  }

  server.get('/', (_request, reply) => send(reply, '/'))
  server.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0]!
    const forPeople = request.method === 'GET' || request.method === 'HEAD'
    if (!forPeople || machinePath.test(path)) return notFound(request, reply, 'page', path)
    return send(reply, path)
  })
}
