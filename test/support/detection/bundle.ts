import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** One file of this folder with all that it imports, for a node that knows no TypeScript; `remove` takes it away again. */
export async function bundle(name: string): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-twin-test-'))
  const file = join(folder, `${name}.mjs`)
  const input = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const build = await rolldown({ input, platform: 'node', resolve: { mainFields: ['module', 'main'] }, logLevel: 'silent' })
  await build.write({ file, format: 'esm', codeSplitting: false })
  await build.close()
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
