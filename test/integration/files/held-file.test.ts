import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { untilReleased } from '../../../src/effects/store/held-file.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import type { ReachablePath } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacks } from '../../support/machine.ts'
import { become, folderOf, hasty, impatient, targetAt } from '../../support/folder-of.ts'

const system = nodeSystem()

/** Another program that holds the file from now on. The function lets it go, and returns once it has. */
async function hold(file: ReachablePath): Promise<() => Promise<void>> {
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const gone = once(holder, 'exit')
  const release = async (): Promise<void> => {
    holder.stdin.end()
    await gone
  }
  onTestFinished(release)
  await once(holder.stdout, 'data')
  return release
}

describeUnless(lacks('flock'), 'a file that a program holds by flock while it writes', () => {
  const place = () => {
    const at = folderOf()
    writeFileSync(at('lock'), '')
    return { at, held: { file: at('lock'), program: 'Copilot CLI' } }
  }

  it('is waited for', async () => {
    const { at, held } = place()
    const release = await hold(at('lock'))
    let waited = 0
    await untilReleased({ ...system, sleep: () => (++waited === 3 ? release() : Promise.resolve()) }, held)
    expect(waited).toBe(3)
  })

  it('keeps ours from writing after fifteen seconds, in words', async () => {
    const { at, held } = place()
    writeFileSync(at('a'), '{}')
    await hold(at('lock'))
    expect(await rewriteFile(hasty(system), targetAt(at('a'), { held }), become('x'), null)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Copilot CLI is writing its file and has not finished for 15 s/),
      hint: 'close Copilot CLI, then try again',
    })
    expect(readFileSync(at('a'), 'utf8')).toBe('{}')
  })

  it('is not waited for where nobody holds it, or where there is none', async () => {
    const { at, held } = place()
    await (await hold(at('lock')))()
    await untilReleased(impatient(system), held)
    await system.files.remove(at('lock'))
    await untilReleased(impatient(system), held)
  })
})
