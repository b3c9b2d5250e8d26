import type { Extraction, ExtractionInput } from '../contract/extraction.ts'

/** Reads turns into fields, wherever it runs: in this thread, in a worker thread, with or without a model. */
export type ExtractPort = (input: ExtractionInput, signal?: AbortSignal) => Promise<Extraction>
