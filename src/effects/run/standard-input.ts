import { usageError } from '../../errors.ts'

const MiB = 1024 * 1024

/**
 * All of standard input, without one newline at its end. `instead` says what else could be typed where nothing is piped in. What
 * is longer than `mostMiB` was given by mistake and is refused before it fills the memory: no key is longer than the default.
 */
export const readStandardInput = async (what: string, instead: string, mostMiB = 1): Promise<string> =>
  (await readAllInput(what, instead, mostMiB)).replace(/\r?\n$/, '')

/** The same with the newline at its end. */
export async function readAllInput(what: string, instead: string, mostMiB: number): Promise<string> {
  if (process.stdin.isTTY) throw usageError(`${what} comes by standard input, and nothing is piped into it.`, { hint: instead })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > mostMiB * MiB) throw usageError(`${what} on standard input is longer than ${mostMiB} MiB.`, { hint: instead })
    chunks.push(bytes)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(Buffer.concat(chunks))
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`${what} on standard input is not UTF-8.`, { hint: instead })
    throw error
  }
}

/** True if standard input is a terminal, so that a person can be asked. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true
