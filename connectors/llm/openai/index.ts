export { openaiLlm } from './client.ts'
export { openaiConfig } from './config.ts'
