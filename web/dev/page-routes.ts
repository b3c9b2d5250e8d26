import type { IncomingMessage } from 'node:http'
import type { Connect, Plugin } from 'vite'

/** Which built page answers an address: the same table as the hub's server. */
export function pageFor(path: string): string | null {
  if (path.startsWith('/api/') || path.startsWith('/channels/') || /^\/[ce]\/api\//.test(path)) return null
  if (/\.[a-z0-9]+$/i.test(path) || path.startsWith('/@') || path.startsWith('/node_modules/')) return null
  if (path.startsWith('/e/')) return '/engineer/job.html'
  if (path.startsWith('/c/t/')) return '/customer/progress.html'
  if (path.startsWith('/c/')) return '/customer/form.html'
  return '/console/index.html'
}

const rewrite: Connect.NextHandleFunction = (request: IncomingMessage, _response, next) => {
  const [path = '/', query] = (request.url ?? '/').split('?')
  const page = pageFor(path)
  if (page && request.method === 'GET') request.url = query ? `${page}?${query}` : page
  next()
}

/** Development only: serves the pages under the addresses that the hub gives them. */
export function pageRoutes(): Plugin {
  return {
    name: 'yitong-page-routes',
    configureServer(server) {
      server.middlewares.use(rewrite)
    },
    configurePreviewServer(server) {
      server.middlewares.use(rewrite)
    },
  }
}
