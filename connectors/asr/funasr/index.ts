export { funasrRecogniser } from './client.ts'
export { funasrConfig } from './config.ts'
