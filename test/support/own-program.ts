import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cliPath } from './cli.ts'
import { nodePath, toolPath } from './machine.ts'

/**
 * Puts the files of the built program below sides' own folders (`.mcp-twin`, as this machine opens them), as an earlier sync left
 * them: the first sync of a home that needs the program copies 300 files and 14 MB, which costs three times as much as all else that
 * it does. It still writes which version is current, and the launcher. The copies are made of links, so nothing may change them in
 * place. That a sync does copy them is shown by e2e/packages/self and e2e/init/init.
 */
export function putProgram(...folders: readonly string[]): void {
  const made = join(tmpdir(), 'own-program')
  if (!existsSync(made)) makeOnce(made)
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    mkdirSync(join(folder, 'app'), { recursive: true })
    for (const version of readdirSync(made)) execFileSync('cp', ['-al', join(made, version), join(folder, 'app', version)])
  }
}

/** By a sync in a home of its own. Where several test files begin at the same time, the first one's counts. */
function makeOnce(made: string): void {
  const home = mkdtempSync(`${made}-`)
  const own = join(home, '.mcp-twin')
  try {
    mkdirSync(own, { mode: 0o700 })
    writeFileSync(join(own, 'mcp-twin.json'), '{"version":1,"servers":{"a":{"command":"a","launch":"run"}},"bridge":{"enabled":false}}')
    const env = { PATH: toolPath, HOME: home, LANG: 'C.UTF-8' }
    execFileSync(nodePath, [cliPath, 'sync', '--no-try'], { env, cwd: home, stdio: 'pipe' })
    rmSync(join(own, 'app', 'current'))
    if (!existsSync(made)) renameSync(join(own, 'app'), made)
  } catch (error) {
    if (!existsSync(made)) throw error
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
