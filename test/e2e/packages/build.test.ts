import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'

const top = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

/** A checkout of its own, built as this one is. */
function checkout() {
  const place = scratch()
  const folder = join(place.root, 'checkout')
  for (const name of ['src', 'bin', 'templates', 'package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE', 'dist'])
    cpSync(join(top, name), join(folder, name), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'))
  const build = [join(folder, 'src', 'rolldown.config.mjs')]
  const version = () => run(nodePath, [join(folder, 'bin', 'mcp-twin.mjs'), '--version'], { env: place.env })
  return { folder, build, version, id: () => readFileSync(join(folder, 'dist', 'id.txt'), 'utf8') }
}

it('a build that is killed leaves the program that was there, and the next build takes its place', async () => {
  const { folder, build, version, id } = checkout()
  const before = id()
  const child = spawn(nodePath, build, { cwd: folder, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await expect.poll(() => existsSync(join(folder, 'dist.new'))).toBe(true)
  child.kill('SIGKILL')
  await ended
  expect(id()).toBe(before)
  expect((await version()).stdout).toMatch(/^\d/)
  await run(nodePath, build, { cwd: folder })
  expect(existsSync(join(folder, 'dist.new')) || existsSync(join(folder, 'dist.old'))).toBe(false)
  expect((await version()).stdout).toMatch(/^\d/)
  // What npm runs once more before the first `npx mcp-twin`: nothing has changed since.
  const made = statSync(join(folder, 'dist', 'id.txt')).mtimeMs
  await run(nodePath, [...build, '--if-needed'], { cwd: folder })
  expect(statSync(join(folder, 'dist', 'id.txt')).mtimeMs).toBe(made)
})
