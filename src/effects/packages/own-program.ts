import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of `bin/mcp-twin.mjs` in the package that this code is part of; null if its folder is not found. */
export function ownProgram(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const program = join(folder, 'bin', 'mcp-twin.mjs')
    if (existsSync(program) && existsSync(join(folder, 'package.json'))) return program
  }
  return null
}
