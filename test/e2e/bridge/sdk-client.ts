import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Era, program } from '../../support/program.ts'
import type { Scratch } from '../../support/scratch.ts'

export { eras } from '../../support/program.ts'

/** A real MCP client of one era, connected to a bridge of its own over the scratch's home. */
export async function sdkClient(
  place: Scratch,
  name: string,
  era: Era,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const args = [cliPath, 'serve', '--client', name, ...words]
  const made = await program(name, era, { command: nodePath, args, env: { ...place.env, ...env }, cwd: place.root })
  return { ...made, call: (tool: string, given: object) => made.client.callTool({ name: tool, arguments: { ...given } }) }
}

export type SdkClient = Awaited<ReturnType<typeof sdkClient>>
