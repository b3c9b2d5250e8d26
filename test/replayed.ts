import { ticketLinks } from '../src/access/index.ts'
import type { ChannelLoaders } from '../src/app/channels.ts'
import { readConfig } from '../src/app/config.ts'
import { type ReplayReport, replay } from '../src/app/replay/run.ts'
import { silentLog } from '../src/kernel/log.ts'
import { openSecretBox } from '../src/store/index.ts'
import type { TestHub } from './hub.ts'

/** Replays everything that a test's hub has taken in, until now. */
export async function replayed(
  test: TestHub,
  made: {
    readonly env?: Record<string, string>
    readonly channels?: ChannelLoaders
    /** Only what began from then on is compared, ms. */
    readonly fromMs?: number
  } = {},
): Promise<ReplayReport> {
  const config = readConfig({ DATA_DIR: test.dataDir, ...made.env })
  return await replay(
    {
      config,
      database: test.fresh.database,
      media: test.hub.media,
      box: await openSecretBox(config),
      links: ticketLinks('unused'),
      log: silentLog,
      ...(made.channels ? { channels: made.channels } : {}),
    },
    { fromMs: made.fromMs ?? 0, toMs: test.hub.clock.now() },
  )
}
