export { customerLanguage, type Detected, detectLanguage, houseLanguage, messageLanguage } from './detect.ts'
export { type Language, languageCode, languageOf, languageSchema, languages, primary } from './list.ts'
