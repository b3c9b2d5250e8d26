import type { GaugeSource } from '../http/index.ts'
import { type Database, sql } from '../store/index.ts'

/** Rows by state; counted by the index of the states that matter. */
function byState(
  database: Database,
  name: string,
  help: string,
  table: string,
  states: readonly string[],
): GaugeSource {
  return {
    name,
    help,
    labels: ['state'],
    async read() {
      const rows = await sql<{
        state: string
        count: number
      }>`select "state"::text as "state", count(*)::int as "count"
        from ${sql.table(table)} where "state"::text = any(${states}) group by 1`.execute(database.db)
      const found = new Map(rows.rows.map((row) => [row.state, row.count]))
      return states.map((state) => ({ labels: { state }, value: found.get(state) ?? 0 }))
    },
  }
}

/** The hub's own numbers of /metrics. */
export function gauges(database: Database): readonly GaugeSource[] {
  return [
    byState(database, 'yitong_envelopes', 'Envelopes that wait or are dead', 'envelope', [
      'received',
      'dead',
    ]),
    byState(database, 'yitong_jobs', 'Jobs by state', 'job', ['ready', 'running', 'dead']),
    byState(database, 'yitong_outbox_messages', 'Outgoing messages that are not done', 'outbox_message', [
      'queued',
      'sending',
      'failed',
      'unknown',
    ]),
    {
      name: 'yitong_oldest_waiting_envelope_seconds',
      help: 'Age of the oldest envelope that waits',
      async read() {
        const { rows } = await sql<{
          seconds: number
        }>`select coalesce(extract(epoch from now() - min("receivedAt")), 0)::float
          as "seconds" from envelope where "state" = 'received'`.execute(database.db)
        return rows[0]!.seconds
      },
    },
  ]
}
