import type { Command } from '../../access/command.ts'
import { aboutCommands } from './about.ts'
import { createTicket } from './create.ts'
import { editCommands } from './edit.ts'
import { eraseTicket } from './erase.ts'
import { filterCommands } from './filter.ts'
import { labelCommands } from './label.ts'
import { linkCommands } from './link.ts'
import { mergeCommands } from './merge.ts'
import { talkCommands } from './talk.ts'
import { lifecycleCommands } from './transition.ts'
import { typeCommands } from './type.ts'

/** Everything that can be told to tickets. */
export const commands: readonly Command[] = [
  createTicket,
  ...editCommands,
  ...labelCommands,
  ...lifecycleCommands,
  ...talkCommands,
  ...mergeCommands,
  ...linkCommands,
  ...aboutCommands,
  ...filterCommands,
  eraseTicket,
  ...typeCommands,
]
