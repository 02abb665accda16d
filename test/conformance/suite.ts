import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cacheFolder, nodePath, npmPath } from '../support/machine.ts'

/** An alpha, pinned: the first line that knows both revisions and checks every message against the schema. */
const version = '0.2.0-alpha.12'

/** Fetches the suite into the tests' cache once; answers why it is not there, or null. */
export function lacksSuite(): string | null {
  const folder = join(cacheFolder('conformance'), version)
  if (existsSync(folder)) return null
  const work = mkdtempSync(join(cacheFolder('conformance'), 'part-'))
  try {
    mkdirSync(work, { recursive: true })
    const words = [
      npmPath(),
      'install',
      '--prefix',
      work,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `@modelcontextprotocol/conformance@${version}`,
    ]
    execFileSync(nodePath, words, { cwd: tmpdir(), stdio: 'pipe', timeout: 300_000 })
    if (!existsSync(folder)) renameSync(work, folder)
    return null
  } catch (error) {
    return `the conformance suite could not be fetched (${String(error instanceof Error ? error.message : error).split('\n')[0]})`
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

export interface Scenario {
  readonly name: string
  readonly ok: boolean
  readonly passed: number
  readonly failed: number
  readonly scored: boolean
}

/** Runs the suite's server part against a URL and reads its summary. */
export async function runSuite(url: string, requirements: string): Promise<{ scenarios: Scenario[]; output: string }> {
  const entry = join(cacheFolder('conformance'), version, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js')
  const shim = pathToFileURL(fileURLToPath(new URL('node20.mjs', import.meta.url))).href
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
  const child = spawn(nodePath, ['--import', shim, entry, 'server', '--url', url, '--requirements', requirements], {
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  await new Promise((resolve) => child.on('close', resolve))
  rmSync(scratch, { recursive: true, force: true })
  const summary = output.slice(Math.max(0, output.indexOf('=== SUMMARY')))
  const unscored = [...summary.matchAll(/^ {2}[✓✗] (\S+) \([\w-]+\)/gm)].map(([, name]) => name)
  const scenarios = [...summary.matchAll(/^([✓✗]) (\S+): (\d+) passed, (\d+) failed/gm)].map(([, mark, name = '', passed, failed]) => ({
    name,
    ok: mark === '✓',
    passed: Number(passed),
    failed: Number(failed),
    scored: !unscored.includes(name),
  }))
  return { scenarios, output }
}
