import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const programIn = (folder: string): string => join(folder, 'bin', 'mcp-twin.mjs')

/** The folder of the package that this code is part of: a checkout, an installed one, or a copy of ours; null if it is not found. */
export function ownRoot(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(programIn(folder)) && existsSync(join(folder, 'package.json'))) return folder
  return null
}

/** The path of its `bin/mcp-twin.mjs`; null if its folder is not found. */
export function ownProgram(): string | null {
  const root = ownRoot()
  return root === null ? null : programIn(root)
}
