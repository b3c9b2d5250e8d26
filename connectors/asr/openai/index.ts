export { openaiRecogniser } from './client.ts'
export { openaiAsrConfig } from './config.ts'
