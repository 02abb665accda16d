import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inWindows, lacksLab, linuxHome, resetLab, windowsProfile } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { projectFolder } from '../support/machine.ts'
import { factor } from '../support/runs.ts'
import * as lab from './support/story.ts'

// The script for a person on a real Windows, tried in the lab, so that it works where nobody of us is.

// Minutes for a script that seldom changes, so only thorough runs try it.
const lacking = factor > 1 ? await lacksLab() : 'it takes minutes: npm run test:lab'

describeUnless(lacking, '`npm run test:windows` in the lab', () => {
  beforeAll(async () => {
    await lab.freshLab()
    cpSync(join(projectFolder, 'test/windows'), join(windowsProfile, 'package/test/windows'), { recursive: true })
  })
  afterAll(() => resetLab())

  it('finds everything in order but what the lab cannot show, touches nothing of the user, and names nobody', async () => {
    // Npm's own node keeps what it compiled in the folder for temporary files.
    const passing = /package|Temp\/node-compile-cache/
    const kept = lab.bytesOf([linuxHome, windowsProfile], passing)
    const check = ['node', `${lab.windowsHome}\\package\\test\\windows\\check.mjs`]
    const { code, stdout } = await inWindows(check, { timeoutMs: 550_000 })
    const rows = stdout
      .toString()
      .split('\n')
      .filter((line) => / [✓✗] \|/.test(line))
    expect(rows.length, stdout.toString()).toBeGreaterThan(40)
    // Wine gives a share's folder no path that Windows would know (test/lab/README.md).
    expect(rows.filter((line) => line.includes('✗'))).toEqual([expect.stringContaining('| real path |')])
    expect(code).toBe(1)
    expect(stdout.toString()).not.toMatch(/Twin User|\bana\b/)
    expect(Object.keys(lab.bytesOf([linuxHome, windowsProfile], passing))).toEqual(Object.keys(kept))
    expect(lab.bytesOf([linuxHome, windowsProfile], passing)).toEqual(kept)
    for (const home of [windowsProfile, linuxHome])
      expect(readdirSync(home).filter((name) => name.startsWith('mcp-twin-check'))).toEqual([])
  }, 600_000)
})
