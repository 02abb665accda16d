import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failed } from '../base/refusal.ts'

/** The built file that runs in a plugin's process, of the same copy of the program as this code. */
export function childProgram(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const program = join(folder, 'dist', 'plugin-child.cjs')
    if (existsSync(program)) return program
  }
  throw failed('No plugin runs, since this copy of mcp-twin is incomplete (dist/plugin-child.cjs is missing); install it again.')
}
