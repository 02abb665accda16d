// node test/bench/merge.mjs [MIB…]: what a merge into a large file costs, each in a fresh process. Fails above the
// promise of 8 s and 700 MiB for 50 MiB.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const MS_MAX = 8000
const MIB_MAX = 700
const here = fileURLToPath(new URL('.', import.meta.url))
const sizes = process.argv.slice(2).map(Number)
const scratch = mkdtempSync(join(tmpdir(), 'mcp-twin-merge-'))

try {
  const program = join(scratch, 'merge.mjs')
  await build({ input: join(here, 'merge-once.ts'), platform: 'node', output: { file: program, format: 'esm' }, logLevel: 'silent' })
  for (const mib of sizes.length > 0 ? sizes : [1, 8, 50]) {
    const file = join(scratch, `${mib}.json`)
    execFileSync(process.execPath, [join(here, '../fixtures/configs/gen-big.mjs'), file, String(mib * 1024 * 1024), '3'])
    const result = JSON.parse(execFileSync(process.execPath, [program, file, join(scratch, 'out.json')], { encoding: 'utf8' }))
    console.log(
      `${String(mib).padStart(4)} MiB: ${Object.entries(result)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    )
    if (mib <= 50 && (result.totalMs > MS_MAX || result.peakMib > MIB_MAX)) process.exitCode = 1
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
