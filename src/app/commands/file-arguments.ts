import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** What is wrong with a file that is to be read, as a sentence; null when nothing is. Asked before any work is begun. */
export async function unreadable(file: string): Promise<string | null> {
  try {
    if ((await stat(file)).isDirectory()) return `${file} is a folder, not a file.`
    await access(file, constants.R_OK)
    return null
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read (${code}).`
  }
}

/** The same of a file that is to be written and may be there already. `replaced`: a new file takes its name, which no device may lose. */
export async function unwritable(file: string, replaced = false): Promise<string | null> {
  // A name that ends with a slash is one of a folder.
  const folder = dirname(`${file}.part`)
  try {
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT'
      ? `There is no folder ${folder}. Make it first, or name another one.`
      : `Nothing can be written in the folder ${folder} (${code}).`
  }
  try {
    const found = await stat(file)
    if (found.isDirectory()) return `${file} is a folder. Add the name of the file.`
    if (replaced && !found.isFile())
      return `${file} is not a regular file and is not replaced. Name another one.`
    await access(file, constants.W_OK)
    return null
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' ? null : `The file ${file} cannot be written (${code}).`
  }
}
