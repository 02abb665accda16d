import { describe, expect, it } from 'vitest'
import { startPiped } from '../../../src/effects/run/piped.ts'
import { nodePath } from '../../support/machine.ts'

const KiB = 1024

/** A program of node, once it has ended. */
async function ended(program: string) {
  const server = startPiped({ file: nodePath, args: ['-e', program], cwd: process.cwd(), env: {}, verbatim: false })
  await new Promise<void>((resolve) => server.onEnd(() => resolve()))
  return server
}

describe('a server that prints much beside the protocol', () => {
  it('keeps the last 64 KiB of its stderr', async () => {
    const server = await ended(`process.stderr.write('a'.repeat(${KiB}) + 'b'.repeat(${64 * KiB}))`)
    expect(server.stderr()).toBe('b'.repeat(64 * KiB))
  })
  it('keeps the first 64 KiB of its first line on stdout', async () => {
    const server = await ended(`process.stdout.write('a'.repeat(${64 * KiB}) + 'b\\nsecond\\n')`)
    expect(server.noise()).toBe('a'.repeat(64 * KiB))
  })
})
