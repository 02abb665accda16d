// The SDK's floor as a product would ship it: one minified file.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** Builds it into a folder and gives its path. */
export async function bundledFloor(folder) {
  const input = fileURLToPath(new URL('floors/sdk.mjs', import.meta.url))
  const build = await rolldown({ input, platform: 'node', logLevel: 'silent' })
  await build.write({ file: join(folder, 'sdk.mjs'), format: 'esm', minify: true, codeSplitting: false })
  await build.close()
  return join(folder, 'sdk.mjs')
}
