import { z } from 'zod'

/** How an OpenAI-compatible endpoint is reached (OpenAI, DeepSeek, Qwen, vLLM, Ollama). */
export const openaiConfig = z.object({
  /** With the version, e.g. https://api.deepseek.com/v1 */
  baseUrl: z.url(),
  /** Any text where the server asks for none. */
  apiKey: z.string().min(1).default('none'),
  model: z.string().min(1),
  /** Where the ladder begins; it steps down by itself when the server refuses a form. */
  structured: z.enum(['json_schema', 'json_object', 'prompt']).default('json_schema'),
  /** Failures in a row after which requests stop for a while. */
  breakAfter: z.number().int().positive().default(5),
  /** How long they stop, ms. */
  breakMs: z.number().int().positive().default(30_000),
  temperature: z.number().min(0).max(2).default(0),
})
export type OpenaiConfig = z.infer<typeof openaiConfig>
