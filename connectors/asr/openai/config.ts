import { z } from 'zod'

/** How an OpenAI-compatible transcription endpoint is reached (OpenAI, faster-whisper servers, SiliconFlow, vLLM). */
export const openaiAsrConfig = z.object({
  /** With the version, e.g. https://api.openai.com/v1 */
  baseUrl: z.url(),
  /** Any text where the server asks for none. */
  apiKey: z.string().min(1).default('none'),
  model: z.string().min(1),
})
export type OpenaiAsrConfig = z.infer<typeof openaiAsrConfig>
