import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** A number that is read when somebody asks, e.g. how many envelopes wait. */
export interface GaugeSource {
  /** `yitong_…`, with the unit at the end. */
  readonly name: string
  readonly help: string
  /** One number, or one for each set of labels. */
  read(): Promise<
    number | readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
  >
  /** Names of the labels, when there are any. */
  readonly labels?: readonly string[]
}

/** The counters of the edge. */
export interface Metrics {
  /** A request to a channel was answered. */
  channelAnswered(kind: string, status: number): void
  /** A request to the API was answered; `route` is the pattern, never the address. */
  apiAnswered(method: string, route: string, status: number): void
  /** Everything in Prometheus' text format. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>
}

/** Makes the metrics of this process; each server has its own registry. */
export function makeMetrics(gauges: readonly GaugeSource[]): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const channels = new Counter({
    name: 'yitong_channel_requests_total',
    help: 'Requests to channel accounts by kind and status',
    labelNames: ['kind', 'status'],
    registers,
  })
  const api = new Counter({
    name: 'yitong_api_requests_total',
    help: 'Requests to the API by route and status',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  for (const source of gauges) {
    new Gauge({
      name: source.name,
      help: source.help,
      labelNames: [...(source.labels ?? [])],
      registers,
      async collect() {
        const found = await source.read()
        this.reset()
        if (typeof found === 'number') this.set(found)
        else for (const { labels, value } of found) this.set({ ...labels }, value)
      },
    })
  }
  return {
    channelAnswered: (kind, status) => channels.inc({ kind, status }),
    apiAnswered: (method, route, status) => api.inc({ method, route, status }),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
