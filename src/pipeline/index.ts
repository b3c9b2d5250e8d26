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
export { type Cover, coverText } from './llm/cover.ts'
export { modelEngine } from './llm/engine.ts'
export { instructing } from './llm/instructs.ts'
export { fenceOf } from './llm/material.ts'
export type { ExtractPort } from './port.ts'
export { type Lexicon, loadLexicon } from './rules/lexicon.ts'
export { makePipelineHandlers } from './step.ts'
