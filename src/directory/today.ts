import type { Reader } from '../store/index.ts'
import { localTime } from './hours.ts'

/** The day that it is for the business at a moment, YYYY-MM-DD in the zone of the default calendar; Chinese time without one. */
export async function businessDay(db: Reader, nowMs: number): Promise<string> {
  const calendar = await db
    .selectFrom('calendar')
    .select('timeZone')
    .where('isDefault', '=', true)
    .limit(1)
    .executeTakeFirst()
  return localTime(calendar?.timeZone ?? 'Asia/Shanghai', nowMs).date
}
