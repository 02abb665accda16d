import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every file below a folder with its bytes and time, but those of one name. */
export const filesBelow = (folder: string, but: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile() && name !== but)
      .map((name) => [name, `${statSync(join(folder, name)).mtimeMs} ${readFileSync(join(folder, name), 'base64')}`]),
  )
