export { type Comparison, type Condition, conditionSchema } from './condition.ts'
export { evaluate, type Trace } from './evaluate.ts'
export { explain, type Wording } from './explain.ts'
