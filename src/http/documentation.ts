import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { can } from '../access/index.ts'
import type { JsonObject } from '../kernel/json.ts'
import { RefusedError, refuse } from '../kernel/result.ts'
import { mustBeSomebody } from './authenticate.ts'

/** The interactive page at /api/docs, for administrators who are signed in. It may only talk to this hub. */
export function registerDocumentation(scope: FastifyInstance, document: JsonObject): void {
  scope.register(async (inner) => {
    inner.addHook('onRequest', async (request) => {
      if (!can(mustBeSomebody(request), { roles: ['admin'] })) {
        throw new RefusedError(refuse('access.forbidden', { action: 'api.docs' }).refusal)
      }
    })
    await inner.register(swagger, { mode: 'static', specification: { document: document as never } })
    await inner.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP:
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      // A page of another origin cannot read the session's token; this one asks for it as the console does.
      uiConfig: {
        layout: 'BaseLayout',
        requestInterceptor: withCsrf as never,
        docExpansion: 'none',
        tryItOutEnabled: true,
      },
    })
  })
}

/** Runs in the browser: carries the session's CSRF token with every change. */
async function withCsrf(request: { method?: string; headers: Record<string, string> }): Promise<object> {
  if (request.method && request.method !== 'GET') {
    const me = (await (await fetch('/api/session/me')).json()) as { csrf?: string }
    request.headers['x-csrf-token'] = me.csrf ?? ''
  }
  return request
}
