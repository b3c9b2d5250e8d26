import type { Command, Query } from '../access/command.ts'
import { type ImportPorts, makeImportCommands, makeImportQueries } from './operations.ts'
import { makeSampleCommands, type SamplePorts, sampleQueries } from './sample.ts'

/** Commands of this room. */
export function makeCommands(ports: ImportPorts & SamplePorts): Command[] {
  return [...makeImportCommands(ports), ...makeSampleCommands(ports)]
}

/** Queries of this room. */
export function makeQueries(ports: ImportPorts): Query[] {
  return [...makeImportQueries(ports), ...sampleQueries]
}
