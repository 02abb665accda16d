// Three tools over files, as an example of a plugin. A plugin is one file: it may import node's own modules only. It runs in
// a process of its own with your rights, in the bridge's workspace folder; this one reads nothing outside that folder.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const mostFiles = 20_000

/** The real path of what a call names. Links that lead out of the folder are refused as `..` is. */
async function inside(path) {
  const root = await realpath(process.cwd())
  const real = await realpath(resolve(root, path))
  const way = relative(root, real)
  if (way === '..' || way.startsWith('../') || way.startsWith('..\\') || isAbsolute(way)) throw new Error(`${path} is outside ${root}`)
  return real
}

/** Every file below a folder, links left out, in the order of their names. */
async function* filesBelow(folder, signal, seen = { count: 0 }) {
  for (const name of (await readdir(folder)).sort()) {
    signal?.throwIfAborted()
    const path = join(folder, name)
    const facts = await lstat(path)
    if (facts.isDirectory()) yield* filesBelow(path, signal, seen)
    else if (facts.isFile()) {
      seen.count++
      if (seen.count > mostFiles) throw new Error(`there are more than ${mostFiles} files; name a smaller folder`)
      yield { path, size: facts.size }
    }
  }
}

async function digestOf(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

const pathOf = (what) => ({ type: 'string', minLength: 1, description: `${what}, from the workspace folder` })

export default {
  name: 'file-operations',
  version: '1.0.0',
  description: 'Counts lines, adds up sizes and finds equal files in the workspace folder.',
  tools: [
    {
      name: 'count_lines',
      description: 'Counts the lines of a text file in the workspace, all and those that are not blank.',
      parameters: { type: 'object', properties: { path: pathOf('The file') }, required: ['path'], additionalProperties: false },
      handler: async ({ path }) => {
        let [lines, filled] = [0, 0]
        for await (const line of createInterface({ input: createReadStream(await inside(path)), crlfDelay: Infinity })) {
          lines++
          if (line.trim() !== '') filled++
        }
        return { lines, filled }
      },
    },
    {
      name: 'folder_size',
      description: 'Adds up the sizes of all files below a folder of the workspace.',
      parameters: { type: 'object', properties: { path: pathOf('The folder') }, additionalProperties: false },
      handler: async ({ path = '.' }, { signal } = {}) => {
        let [files, bytes] = [0, 0]
        for await (const file of filesBelow(await inside(path), signal)) {
          files++
          bytes += file.size
        }
        return { files, bytes }
      },
    },
    {
      name: 'find_duplicates',
      description: 'Finds files of equal content below a folder of the workspace; empty files are left out.',
      parameters: { type: 'object', properties: { path: pathOf('The folder') }, additionalProperties: false },
      handler: async ({ path = '.' }, { signal } = {}) => {
        const folder = await inside(path)
        const sizes = new Map()
        for await (const file of filesBelow(folder, signal))
          if (file.size > 0) sizes.set(file.size, [...(sizes.get(file.size) ?? []), file.path])
        const equal = new Map()
        for (const [size, paths] of sizes) {
          if (paths.length < 2) continue
          for (const each of paths) {
            signal?.throwIfAborted()
            const key = `${size} ${await digestOf(each)}`
            equal.set(key, [...(equal.get(key) ?? []), relative(folder, each)])
          }
        }
        return { groups: [...equal.values()].filter((paths) => paths.length > 1) }
      },
    },
  ],
}
