import { type Classifier, loadClassifier } from './classifier.ts'
import { type Divisions, loadDivisions } from './divisions.ts'

/** The data that the rules engine reads: once per process or worker thread. */
export interface Lexicon {
  readonly divisions: Divisions
  readonly classifier: Classifier
}

let loaded: Lexicon | undefined

/** Loads the data at first use and keeps it. */
export function loadLexicon(): Lexicon {
  loaded ??= { divisions: loadDivisions(), classifier: loadClassifier() }
  return loaded
}
