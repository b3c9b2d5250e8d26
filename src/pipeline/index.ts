export { mentionsDanger } from './danger.ts'
export {
  type EvaluationPorts,
  makeEvaluation,
  numbered,
  readPublished,
  withPublishedPrompt,
  withWords,
} from './evaluation/index.ts'
export { extract, nothingRead, readByRules } from './extract.ts'
export { modelEngine } from './llm/engine.ts'
export type { ExtractPort } from './port.ts'
export { loadLexicon } from './rules/lexicon.ts'
export { makePipelineHandlers } from './step.ts'
