import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const bench = fileURLToPath(new URL('../bench/merge.mjs', import.meta.url))

describe('a file of 50 MiB', () => {
  it('is merged and checked in a fresh process within 8 s and 700 MiB', { timeout: 120_000 }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bench, '50'], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/50 MiB: totalMs \d+, peakMib \d+/)
    expect(status).toBe(0)
  })
})
