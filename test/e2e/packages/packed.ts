import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../support/bundle.ts'
import { nodePath, npmPath, projectFolder } from '../../support/machine.ts'
import type { Scratch } from '../../support/scratch.ts'

/** The published package, as npm puts it into an empty folder. */
export interface Packed {
  /** Its files as npm lists them. */
  readonly files: readonly { readonly path: string }[]
  /** Installs it anew; the answer is the package's own folder, with our driver as one more file of its `dist/`. */
  install(name: string, ...flags: string[]): Promise<string>
}

export const npmIn = (place: Scratch, args: readonly string[], cwd: string): string =>
  execFileSync(nodePath, [npmPath(), ...args], { cwd, env: place.env, encoding: 'utf8', stdio: 'pipe' })

/** Packs the checkout as a release does. */
export function pack(place: Scratch): Packed {
  const [packed] = JSON.parse(npmIn(place, ['pack', '--ignore-scripts', '--json', `--pack-destination=${place.root}`], projectFolder))
  return {
    files: packed.files,
    async install(name, ...flags) {
      const folder = join(place.root, name)
      mkdirSync(folder)
      npmIn(place, ['install', '--prefer-offline', ...flags, join(place.root, packed.filename)], folder)
      const root = join(folder, 'node_modules', 'mcp-twin')
      await bundle(fileURLToPath(new URL('self-driver.ts', import.meta.url)), join(root, 'dist', 'driver.mjs'))
      return root
    },
  }
}
