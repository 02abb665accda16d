import { closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** Longest line that is read, in characters: a value and a rationale of a MiB each, with every character escaped. */
const longestLine = 16 * 1024 * 1024

/** Hands each line of a file and its number to `each`, a piece of the file at a time. Blank lines are left out. Throws its own errors and those of the file system. */
export async function eachLine(path: string, each: (line: string, number: number) => Promise<void> | void): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let [rest, number] = ['', 0]
  const take = async (line: string) => {
    number++
    if (line.trim() !== '') await each(line.replace(/\r$/, ''), number)
  }
  for await (const chunk of createReadStream(path)) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) await take(line)
    if (rest.length > longestLine) throw new RangeError(`line ${number + 1} is longer than ${longestLine} characters`)
  }
  rest += decoder.end()
  if (rest !== '') await take(rest)
}

/**
 * Writes lines to a file for its owner alone. Throws `EEXIST` for an existing file; `replace` puts the finished file in its place.
 * A failed write leaves nothing.
 */
export async function writeLines<T>(path: string, replace: boolean, fill: (write: (line: string) => void) => Promise<T>): Promise<T> {
  const target = replace ? `${path}.mcp-twin-new` : path
  if (replace) rmSync(target, { force: true })
  const file = openSync(target, 'wx', 0o600)
  try {
    const filled = await fill((line) => writeWhole(file, Buffer.from(`${line}\n`)))
    fsyncSync(file)
    closeSync(file)
    if (replace) renameSync(target, path)
    return filled
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
