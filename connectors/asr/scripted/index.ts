import {
  RecogniserError,
  type RecogniserPort,
  type Speaker,
  type Transcript,
} from '../../../src/contract/transcript.ts'

/** What somebody wrote down for a recording. */
export interface ScriptedLine {
  readonly speaker: Speaker
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/**
 * Answers from a script by the hash of the recording; it hears nothing. For demonstrations and tests: its transcripts are named
 * `scripted`, and pages say so. What is not in the script is refused.
 */
export function scriptedRecogniser(
  script: Readonly<Record<string, readonly ScriptedLine[]>>,
): RecogniserPort {
  return {
    name: 'scripted',
    async transcribe({ hash }): Promise<Transcript> {
      const lines = script[hash]
      if (!lines) {
        const reason = 'the recording is not in the script'
        throw new RecogniserError('never', { code: 'asr.unreadable', params: { reason } })
      }
      const utterances = lines.map((line, ordinal) => ({
        ...line,
        ordinal,
        leg: null,
        voice: null,
        confidence: null,
        final: true,
      }))
      const durationMs = lines.at(-1)?.endMs ?? null
      return { recogniser: 'scripted', language: 'zh', durationMs, utterances }
    },
  }
}
