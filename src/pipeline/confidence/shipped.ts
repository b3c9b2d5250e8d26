import { readFileSync } from 'node:fs'
import { type Calibration, readCalibration } from './map.ts'

/** Where `npm run -s eval:calibrate` writes what it learned of the labelled cases. */
export const calibrationFile = new URL('../data/confidence.tsv', import.meta.url)

let read: Calibration | undefined

/** What a hub says of its confidence until its own corrected tickets say it better. */
export function shippedCalibration(): Calibration {
  read ??= readCalibration(readFileSync(calibrationFile, 'utf8'))
  return read
}
