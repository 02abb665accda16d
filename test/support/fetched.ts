import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder, nodePath, npmPath } from './machine.ts'

/**
 * The folder of a package from the npm registry, fetched once into the cache and unpacked; npm checks its integrity, and none of
 * its scripts run. `spec` is name and exact version. Rejects where it cannot be had.
 */
export async function fetched(name: string, spec: string): Promise<string> {
  const folder = cacheFolder(name)
  const version = spec.slice(spec.lastIndexOf('@') + 1)
  const unpacked = join(folder, version, 'package')
  for (let waited = 0; !existsSync(unpacked); waited += 500) {
    if (claim(join(folder, 'fetching'), waited)) fetchInto(folder, spec, version)
    else await sleep(500)
  }
  return unpacked
}

/** Why a package cannot be had, in one line, or null once it is there: a machine without network says so instead of failing. */
export async function lacksPackage(what: string, fetching: () => Promise<unknown>): Promise<string | null> {
  try {
    await fetching()
    return null
  } catch (error) {
    return `${what} could not be fetched from the npm registry (${String(error instanceof Error ? error.message : error).split('\n')[0]})`
  }
}

/** One test file fetches, the others wait. The claim holds its process's number, so that one of a killed run is passed over. */
function claim(lock: string, waited: number): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!holderLives(lock)) rmSync(lock, { recursive: true, force: true })
    if (waited > 600_000) throw new Error('another run has been fetching it for ten minutes')
    return false
  }
}

/** False for a number of no process; true while the claim is being written, as one without a number is for a second. */
function holderLives(lock: string): boolean {
  const stats = statSync(lock, { throwIfNoEntry: false })
  if (stats === undefined) return true
  const pid = stats.isFile() ? Number(readFileSync(lock, 'utf8')) : 0
  return pid > 0 ? isAlive(pid) : Date.now() - stats.mtimeMs < 1000
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function fetchInto(folder: string, spec: string, version: string): void {
  const work = mkdtempSync(join(folder, 'part-'))
  try {
    const env = { ...process.env, HOME: homedir() }
    execFileSync(nodePath, [npmPath(), 'pack', spec, '--silent', '--pack-destination', work], {
      cwd: tmpdir(),
      env,
      stdio: 'pipe',
      timeout: 300_000,
    })
    const [tarball = ''] = readdirSync(work)
    mkdirSync(join(work, version))
    execFileSync('tar', ['-xzf', join(work, tarball), '-C', join(work, version)])
    if (!existsSync(join(folder, version))) renameSync(join(work, version), join(folder, version))
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(join(folder, 'fetching'), { recursive: true, force: true })
  }
}
