import type { Command, Query } from '../../access/command.ts'
import type { JobHandler } from '../../queue/index.ts'
import { makeEvaluationCommands } from './commands.ts'
import type { EvaluationPorts } from './ports.ts'
import { makeEvaluationQueries } from './queries.ts'
import { makeStepHandler } from './step.ts'
import { makeTrainHandler } from './training.ts'

export type { Case, EngineName, SetName } from './case.ts'
export { casesOf, engines, sets, shippedCases } from './case.ts'
export { correctedPage } from './corrected.ts'
export type { CaseOutcome } from './outcome.ts'
export { addFigures, figuresOf, noFigures, withoutPersonalValues } from './outcome.ts'
export type { EvaluationPorts } from './ports.ts'
export { numbered, readPublished, withPublishedPrompt, withWords } from './published.ts'
export type { Report, SetReport } from './report.ts'
export { changesBetween, changesText, failures, figuresText, readGate } from './report.ts'
export { evaluateCase, type ReadPorts } from './run.ts'

/** Evaluation as a part of the product: runs, versions of what the extraction reads with, training. */
export function makeEvaluation(ports: EvaluationPorts): {
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
  readonly handlers: readonly JobHandler[]
} {
  return {
    commands: makeEvaluationCommands(ports),
    queries: makeEvaluationQueries(ports),
    handlers: [makeStepHandler(ports), makeTrainHandler(ports)],
  }
}
