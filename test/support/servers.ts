import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cacheFolder } from './machine.ts'

/** Real servers that tests start, in exactly these versions, from the registry that npm is set to. */
const VERSION = '2026.8.31'
const cache = join(cacheFolder('servers'), VERSION)
const script = (name: string): string => join(cache, 'node_modules', '@modelcontextprotocol', `server-${name}`, 'dist', 'index.js')

/** The JS of each server; `everything` takes `stdio`, `sse` or `streamableHttp` and listens on `PORT`. */
export interface TestServers {
  readonly memory: string
  readonly everything: string
}

/** Installs the servers once for all test files; whoever comes second waits for the first. */
export async function testServers(): Promise<TestServers> {
  const found: TestServers = { memory: script('memory'), everything: script('everything') }
  const done = join(cache, 'done')
  const lock = `${cache}.lock`
  for (let waited = 0; !existsSync(done); waited += 200) {
    if (waited > 240_000) throw new Error(`${lock} is held for too long`)
    await mkdir(dirname(lock), { recursive: true })
    if (await claim(lock)) {
      try {
        if (!existsSync(done)) await install(done)
      } finally {
        await rm(lock, { recursive: true, force: true })
      }
    } else await pause(200)
  }
  return found
}

async function claim(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    const since = await stat(lock).catch(() => null)
    // A test run that was killed in the middle of it leaves its lock behind.
    if (since !== null && Date.now() - since.mtimeMs > 180_000) await rm(lock, { recursive: true, force: true })
    return false
  }
}

async function install(done: string): Promise<void> {
  const beside = `${cache}.new`
  await rm(beside, { recursive: true, force: true })
  await mkdir(beside, { recursive: true })
  await writeFile(join(beside, 'package.json'), '{"private":true}\n')
  const packages = ['memory', 'everything'].map((name) => `@modelcontextprotocol/server-${name}@${VERSION}`)
  await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages], {
    cwd: beside,
    timeout: 170_000,
  })
  await rm(cache, { recursive: true, force: true })
  await rename(beside, cache)
  await writeFile(done, '')
}
