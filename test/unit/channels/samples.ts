import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The public vectors, which may stand beside the project but are no part of it. */
export const samplesFolder =
  process.env.YITONG_SAMPLES ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples')

/** Whether they are there; a test that needs them says in its title what it left out when they are not. */
export const samplesAreHere = existsSync(samplesFolder)

/** The content of one file of them. */
export const sample = (path: string) => readFileSync(join(samplesFolder, path), 'utf8')
