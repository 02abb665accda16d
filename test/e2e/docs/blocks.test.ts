import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blocksOf, type Page, pages } from '../../docs/pages.ts'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import type { Planted } from '../../support/world.ts'
import { ground } from './ground.ts'

const programs = {
  'mcp-twin': `exec '${nodePath}' '${cliPath}' "$@"`,
  // In the checkout `npx mcp-twin` is what its tests run, and its packages are installed.
  npx: '[ "$1" = mcp-twin ] && shift && exec mcp-twin "$@"; PATH=${PATH#*:} exec npx "$@"',
  npm: '[ "$*" = install ] || { echo "npm $* is not run here" >&2; exit 1; }',
}

/** The folder of the programs that a shell finds first. */
function programsOf({ scratch }: Planted): string {
  const folder = join(scratch.root, 'programs')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return folder
}

async function inShell(planted: Planted, folder: string, text: string): Promise<{ code: number | null; output: string }> {
  const env = { ...planted.env(), PATH: `${folder}:${planted.env().PATH}` }
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', text], { cwd: planted.scratch.home, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (some: string) => (output += some))
  const [code] = await once(child, 'close')
  return { code, output }
}

const shellBlocks = (page: Page) => blocksOf(page).filter(({ language, mark }) => language === 'sh' && !mark.startsWith('no-run'))

describe('the sh blocks of', () => {
  // Those of a page follow one another in one home, as a person types them who reads it.
  it.each(pages().filter((page) => shellBlocks(page).length > 0))('$path can be typed as they stand', async (page) => {
    const planted = await ground()
    const folder = programsOf(planted)
    for (const { text, mark, line } of shellBlocks(page)) {
      const { code, output } = await inShell(planted, folder, text)
      expect(code, `${page.path}:${line}\n${text}\n${output}`).toBe(Number(/^exit=(\d+)/.exec(mark)?.[1] ?? 0))
    }
  })
})
