import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exhausted } from '../../../src/bridge/terminal/sandbox/watch.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'watch-'))
  mkdirSync(join(root, 'proc/self'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A process of the sandbox, of so many kB. */
const put = (pid: number, kB = 0): void => {
  mkdirSync(join(root, `proc/${pid}`))
  writeFileSync(join(root, `proc/${pid}/status`), `VmSize:\t999999 kB\nRssAnon:\t${kB} kB\nRssFile:\t999999 kB\n`)
}
const used = (memoryBytes: number, processes: number) => exhausted(root, { memoryBytes, processes }, [], null)

describe('what commands in the sandbox use', () => {
  it('is within bounds with exactly as many processes as allowed, and reported with one more', () => {
    for (const pid of [1, 2, 3]) put(pid)
    expect(used(1024, 3)).toBeNull()
    put(4)
    expect(used(1024, 3)).toBe('processes')
  })

  it('is within bounds with exactly as much memory as allowed, and reported with more', () => {
    put(1, 3)
    put(2, 4)
    expect(used(7 * 1024, 9)).toBeNull()
    expect(used(7 * 1024 - 1, 9)).toBe('memory')
  })

  it('is nothing once the sandbox has ended', () => {
    rmSync(root, { recursive: true })
    expect(used(0, 0)).toBeNull()
  })
})
