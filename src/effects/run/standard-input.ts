import { usageError } from '../../errors.ts'

/** Nobody's key is longer; a file given by mistake is refused before it fills the memory. */
const BYTES_MAX = 1024 * 1024

/** All of standard input, without one newline at its end. `instead` says what else could be typed where nothing is piped in. */
export async function readStandardInput(what: string, instead: string): Promise<string> {
  if (process.stdin.isTTY) throw usageError(`${what} comes by standard input, and nothing is piped into it.`, { hint: instead })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > BYTES_MAX) throw usageError(`${what} on standard input is longer than 1 MiB.`, { hint: instead })
    chunks.push(bytes)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`${what} on standard input is not UTF-8.`, { hint: instead })
    throw error
  }
}
