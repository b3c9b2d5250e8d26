import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { StoreError } from '../../store/index.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'

/** What a command of the launcher is. */
export interface Command {
  /** The text of `--help`, with the usage line first. */
  readonly help: string
  readonly options: ParseArgsOptionsConfig
  /** Does the work and prints what people need to know. A returned number is the exit code. */
  run(
    values: Readonly<Record<string, string | boolean | undefined>>,
    config: Config,
  ): Promise<number | undefined>
}

/** A mistake of whoever called: the message is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Prints a line of progress. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs a command with the arguments of this process and sets its exit code: 0 done, 1 failed, 2 called wrongly. */
export async function runCommand(command: Command): Promise<void> {
  try {
    const { values } = parseArgs({
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      strict: true,
    })
    if (values.help) return say(command.help)
    const code = await command.run(
      values as Record<string, string | boolean | undefined>,
      readConfig(process.env),
    )
    process.exitCode = code ?? 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const wrongCall = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS')
    const known = wrongCall || error instanceof StoreError || error instanceof ConfigError
    process.stderr.write(`${known ? error.message : error.stack}\n`)
    if (wrongCall) process.stderr.write(`\n${command.help}\n`)
    process.exitCode = wrongCall ? 2 : 1
  }
}
