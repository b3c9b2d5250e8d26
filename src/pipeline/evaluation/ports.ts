import type { Catalogue } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import type { Reader } from '../../store/index.ts'
import type { RulesEngine } from '../extract.ts'
import type { Example } from '../rules/classifier.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import type { ClassifierBody, ConfidenceBody, FormBody, WordList } from './published.ts'

/** A classifier that another thread reads with: its weights under an id that names them. */
export interface NamedClassifier {
  readonly id: string
  readonly weights: string
}

/** What the evaluation needs of the house. */
export interface EvaluationPorts {
  /** The release. */
  readonly release: string
  /** The rules with a classifier; null: the shipped one. */
  readonly rules: (classifier: NamedClassifier | null) => RulesEngine
  readonly lexicon: () => Lexicon
  /** The configured model, asked with the prompt that it is given; none: recorded answers only. */
  readonly llm?: LlmPort
  /** The catalogue without added words. */
  readonly catalogue: (db: Reader) => Promise<Catalogue>
  readonly timeZone: string
  /** Trains in a thread of its own; answers the weights. */
  readonly train: (examples: readonly Example[], seed: number, signal: AbortSignal) => Promise<string>
}

/** What read the cases of a run: the release, and the versions of what can be changed, by id; null is the release's own. */
export interface RunVersions {
  readonly code: string
  readonly words: VersionRef | null
  readonly prompt: VersionRef | null
  readonly classifier: VersionRef | null
  /** Absent in runs of before there was one. */
  readonly confidence?: VersionRef | null
  /** Only of a draft that is tried: what is published is the form itself. */
  readonly form?: VersionRef | null
}

/** A version as it was when the run began: an edited draft has another revision. */
export interface VersionRef {
  readonly id: string
  readonly number: number
  readonly revision: number
}

/** The bodies of a run's versions. */
export interface VersionBodies {
  readonly words: WordList | null
  readonly prompt: { readonly text: string } | null
  readonly classifier: (ClassifierBody & { readonly id: string }) | null
  readonly confidence: ConfidenceBody | null
  readonly form: FormBody | null
}

/** Reads the bodies that a run reads with. */
export async function bodiesOf(db: Reader, versions: RunVersions): Promise<VersionBodies> {
  const { words, prompt, confidence = null, form = null } = versions
  const refs = [words, prompt, versions.classifier, confidence, form].filter((ref) => ref !== null)
  const rows =
    refs.length === 0
      ? []
      : await db
          .selectFrom('extraction_version')
          .select(['id', 'body'])
          .where(
            'id',
            'in',
            refs.map((ref) => ref.id),
          )
          .execute()
  const body = (ref: VersionRef | null) => rows.find((row) => row.id === ref?.id)?.body ?? null
  const classifier = body(versions.classifier) as unknown as ClassifierBody | null
  return {
    words: body(words) as WordList | null,
    prompt: body(prompt) as { text: string } | null,
    confidence: body(confidence) as unknown as ConfidenceBody | null,
    form: body(form) as FormBody | null,
    classifier: classifier && { ...classifier, id: versions.classifier!.id },
  }
}
