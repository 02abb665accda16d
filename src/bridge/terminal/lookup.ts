import { constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, sep } from 'node:path'
import { accessTrouble } from '../base/access.ts'
import { codeOf } from '../base/refusal.ts'

/**
 * Finds programs as the shell of one command will: by their path, else the first in the folders of PATH that can be run.
 * Paths are put together and not tidied: `link/..` is where the link leads. Each name is looked for once.
 */
export class ProgramLookup {
  private readonly cwd: string
  private readonly folders: readonly string[]
  private readonly known = new Map<string, string | null>()

  /** PATH and HOME of the command. A folder of PATH without a name is `cwd`, `~` is what bash takes for HOME in it. */
  constructor(cwd: string, { PATH: path, HOME: home }: { readonly PATH?: string; readonly HOME?: string }) {
    this.cwd = cwd
    const folders = path?.split(delimiter) ?? []
    this.folders = folders.map((folder) => this.from(home === undefined ? folder : folder.replace(/^~(?=$|[\\/])/, () => home)))
  }

  find(name: string): string | null {
    const known = this.known.get(name)
    if (known !== undefined) return known
    const found = /[\\/]/.test(name) ? programAt(this.from(name)) : this.inFolders(name)
    this.known.set(name, found)
    return found
  }

  private inFolders(name: string): string | null {
    for (const folder of this.folders) {
      const found = programAt(`${folder}${sep}${name}`)
      if (found !== null) return found
    }
    return null
  }

  private from(path: string): string {
    return isAbsolute(path) ? path : `${this.cwd}${sep}${path}`
  }
}

/** An ordinary file that this user may run. Most folders do not have it, which is told without the cost of an error. */
function programAt(path: string): string | null {
  try {
    const facts = statSync(path, { throwIfNoEntry: false })
    return facts?.isFile() === true && accessTrouble(path, constants.X_OK) === '' ? path : null
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
