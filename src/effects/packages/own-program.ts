import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `bin/mcp-twin.mjs` of the very package that this code runs from; null where its folder is not found. */
export function ownProgram(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const program = join(folder, 'bin', 'mcp-twin.mjs')
    if (existsSync(program) && existsSync(join(folder, 'package.json'))) return program
  }
  return null
}
