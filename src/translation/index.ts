export { makeCommands } from './commands.ts'
export { makeTranslateHandler, type TranslationPorts } from './handler.ts'
export { makeQueries } from './queries.ts'
export { translationSettingsSchema } from './settings.ts'
