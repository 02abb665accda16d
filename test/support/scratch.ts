import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { cacheFolder, npmSettings, toolPath } from './machine.ts'

/** A person's home on a machine that knows nothing of the real one. */
export interface Scratch {
  /** Everything of this scratch lies in here: home, temporary files, npm's cache when it has its own. */
  readonly root: string
  readonly home: string
  /** The whole environment of a program under test. */
  readonly env: Record<string, string>
  /** A path in the home folder. */
  path(...parts: string[]): string
  /** Writes a file in the home folder, with its folders. */
  write(file: string, content: string | Uint8Array, mode?: number): string
  read(file: string): string
  readJson(file: string): unknown
  has(file: string): boolean
  remove(): void
}

export interface ScratchOptions {
  /** `own`: an empty npm cache, so that what a run leaves there can be searched. Default: one for all tests. */
  readonly npmCache?: 'shared' | 'own'
  /** Lines of `.npmrc` instead of the machine's registry settings. */
  readonly npmrc?: string
  readonly env?: Record<string, string>
}

const living = new Set<Scratch>()

// Registered in every test file that imports this one: no file leaves folders behind, even when a test throws.
afterAll(() => {
  for (const each of [...living]) each.remove()
})

/** A fresh HOME. It goes when the test file ends, or with `remove`. */
export function scratch(options: ScratchOptions = {}): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'mcp-twin-test-'))
  const home = join(root, 'home')
  for (const folder of ['home', 'tmp', 'npm-cache']) mkdirSync(join(root, folder), { mode: 0o700 })
  const cache = options.npmCache === 'own' ? join(root, 'npm-cache') : cacheFolder('npm')
  const settings = `${options.npmrc ?? npmSettings()}\ncache=${cache}\naudit=false\nfund=false\nupdate-notifier=false\n`
  writeFileSync(join(home, '.npmrc'), settings, { mode: 0o600 })
  const path = (...parts: string[]) => join(home, ...parts)
  const self: Scratch = {
    root,
    home,
    env: {
      PATH: toolPath,
      HOME: home,
      TMPDIR: join(root, 'tmp'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      MCP_TWIN_TYPED: 'mcp-twin',
      ...options.env,
    },
    path,
    write(file, content, mode) {
      mkdirSync(dirname(path(file)), { recursive: true })
      writeFileSync(path(file), content, mode === undefined ? {} : { mode })
      return path(file)
    },
    read: (file) => readFileSync(path(file), 'utf8'),
    readJson: (file) => JSON.parse(readFileSync(path(file), 'utf8')),
    has: (file) => existsSync(path(file)),
    remove() {
      living.delete(self)
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  living.add(self)
  return self
}
