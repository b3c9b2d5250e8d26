import { silentLog } from '../../src/kernel/log.ts'
import { postgresDriver } from '../../src/queue/index.ts'
import { queueChecks } from './queue-checks.ts'

queueChecks('LISTEN/NOTIFY', (database) => postgresDriver(database, silentLog))
