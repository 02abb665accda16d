import { rolldown } from 'rolldown'

/** A TypeScript file with everything it imports as one program, for tests that need it in a process, or a place, of its own. */
export async function bundle(entry: string, file: string): Promise<string> {
  const build = await rolldown({ input: entry, platform: 'node', resolve: { mainFields: ['module', 'main'] }, logLevel: 'silent' })
  await build.write({ file, format: 'esm', codeSplitting: false })
  await build.close()
  return file
}
