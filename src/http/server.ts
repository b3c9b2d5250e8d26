import Fastify, { type FastifyInstance } from 'fastify'
import type { MediaStore, ReceivePort } from '../contract/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Log } from '../kernel/log.ts'
import { type ApiOptions, defaultRateLimits, type RateLimits, registerApi } from './api.ts'
import { isStillValid } from './authenticate.ts'
import { type Accounts, registerChannels } from './channels.ts'
import { type CustomerDesk, registerCustomer } from './customer.ts'
import { registerDocumentation } from './documentation.ts'
import { type EngineerDesk, registerEngineer } from './engineer.ts'
import { type EventSource, makeEventHub } from './event-hub.ts'
import { registerEventStream } from './event-stream.ts'
import { malformed, registerFailures } from './failure.ts'
import { registerMedia } from './media.ts'
import { type GaugeSource, makeMetrics } from './metrics.ts'
import { registerPages } from './pages.ts'
import { type Readiness, registerProbes } from './probes.ts'
import { sendRefusal } from './refusal.ts'
import type { Files } from './stored-files.ts'
import { trustedProxies } from './trusted-proxies.ts'

/** Everything that the HTTP server needs from `app`. */
export interface ServerDeps extends Pick<ApiOptions, 'commands' | 'queries' | 'runner' | 'identities'> {
  readonly accounts: Accounts
  readonly receive: ReceivePort
  readonly clock: Clock
  readonly log: Log
  /** The address under which the world reaches the hub; null when none is configured. */
  readonly publicUrl: string | null
  /** IANA name of the business's time zone. */
  readonly timeZone: string
  /** Proxies before the hub whose `x-forwarded-for` is believed; 0: nobody's (`trusted-proxies.ts`). */
  readonly trustedProxies: number
  readonly rateLimits?: RateLimits
  /** How long closing waits for requests that run, ms; 10 s by default. */
  readonly stopPatienceMs?: number
  readonly media: MediaStore
  readonly files: Files
  readonly events: EventSource
  /** Calls `heard` after events got their positions; returns the way to stop. */
  readonly onEvents: (heard: () => void) => () => void
  readonly readiness: Readiness
  /** Answers the customers' pages. */
  readonly customers: CustomerDesk
  /** Answers the engineers' page. */
  readonly engineers: EngineerDesk
  /** Further numbers of /metrics. */
  readonly gauges: readonly GaugeSource[]
  /** Lets a scraper on another machine read /metrics; null: only this machine and tokens with the scope. */
  readonly metricsToken: string | null
  /** The folder of the page build. */
  readonly pagesDir: string
  /** The OpenAPI document, for the interactive page; null when the file is missing. */
  readonly openApi: JsonObject | null
}

/** Largest file that an agent may attach. */
const uploadBytes = 50 * 1024 * 1024

/** Largest request to a channel that names no limit of its own. */
const channelBytes = 10 * 1024 * 1024
/** Largest JSON of a command. */
const commandBytes = 2 * 1024 * 1024
const bodyTimeoutMs = 30_000

let started = 0

/** The bare server: its limits, its request ids, and our words for what it refuses by itself. */
function openServer({ clock, trustedProxies: proxies }: ServerDeps): FastifyInstance {
  const boot = `${clock.now().toString(36)}${(started++).toString(36)}`
  let requests = 0
  return Fastify({
    logger: false,
    trustProxy: proxies > 0 && trustedProxies(proxies),
    bodyLimit: commandBytes,
    // A proxy or a client may name its own request; ours are unique and safe to print.
    requestIdHeader: false,
    genReqId: () => `${boot}-${(requests++).toString(36)}`,
    // Slow senders: headers within 20 s, everything within 5 minutes.
    requestTimeout: 300_000,
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => {
      sendRefusal(request, reply, malformed(error))
    },
  })
}

/** While the server closes, ends what falls idle, and after some patience what still runs: a slow sender holds up no stop. */
function endConnections(app: FastifyInstance, patienceMs: number): void {
  app.addHook('preClose', async () => {
    const sweep = setInterval(() => app.server.closeIdleConnections(), 100)
    const patience = setTimeout(() => app.server.closeAllConnections(), patienceMs)
    app.server.once('close', () => {
      clearInterval(sweep)
      clearTimeout(patience)
    })
  })
}

/** Builds the server; `app` listens and closes. */
export function buildServer(deps: ServerDeps): FastifyInstance {
  const { log } = deps
  const server = openServer(deps)
  registerFailures(server, log)
  const https = deps.publicUrl?.startsWith('https:') ?? false
  const metrics = makeMetrics(deps.gauges)
  const hub = makeEventHub(deps.events, log)
  const unsubscribe = deps.onEvents(hub.wake)
  server.addHook('onClose', async () => {
    unsubscribe()
    hub.close()
  })
  endConnections(server, deps.stopPatienceMs ?? 10_000)
  registerChannels(server, {
    accounts: deps.accounts,
    receive: deps.receive,
    clock: deps.clock,
    log,
    maxBytes: channelBytes,
    bodyTimeoutMs,
    answered: metrics.channelAnswered,
  })
  registerApi(server, {
    ...deps,
    secure: https,
    rateLimits: deps.rateLimits ?? defaultRateLimits,
    answered: metrics.apiAnswered,
    routes: (scope) => {
      const authentication = { identities: deps.identities, secure: https }
      registerEventStream(scope, { hub, stillValid: (request) => isStillValid(request, authentication) })
      registerMedia(scope, { media: deps.media, files: deps.files, maxUploadBytes: uploadBytes })
      if (deps.openApi) registerDocumentation(scope, deps.openApi)
    },
  })
  registerCustomer(server, { desk: deps.customers, https, log })
  registerEngineer(server, { desk: deps.engineers, media: deps.media, https, log })
  registerProbes(server, { ...deps, metrics })
  registerPages(server, { dir: deps.pagesDir, https })
  return server
}
