import { join } from 'node:path'
import { tools } from '../bridge/tools/index.ts'
import type { Context } from '../context.ts'
import { wouldDo } from './change.ts'
import { ownPackage } from '../effects/packages/self-package.ts'
import { isTrouble } from '../effects/store/trouble.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { type ReachablePath, reachable } from '../model/path.ts'
import { quotedPath } from '../model/quoted-path.ts'

/** Node reads the `.js` files of a folder as ES modules only where its package.json says so. */
const packageFile = `${JSON.stringify({ private: true, type: 'module' }, null, 2)}\n`

/** Writes a plugin that works, and its test. */
export async function makePlugin(context: Context, folder: ReachablePath, name: string, sample: string | undefined): Promise<ExitCode> {
  const { system, io } = context
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name))
    throw usageError(`${JSON.stringify(name)} is no name for a plugin: small letters, digits and -, at most 30 characters.`, {
      hint: 'mcp-twin plugin new word-count',
    })
  const [file, test] = [`${name}.js`, `${name}.test.js`]
  const [path, testPath] = [reachable(join(folder, file)), reachable(join(folder, 'test', test))]
  for (const each of [path, testPath])
    if ((await system.files.look(each)) !== null)
      throw new TwinError('plugin-exists', `${each} exists already.`, {
        exit: EXIT.usage,
        hint: `take another name, or: mcp-twin plugin allow ${file}`,
      })
  if (context.isDry === true) return wouldDo(context, `make ${path} and ${testPath}`)
  const words = { PLUGIN_NAME: name, PLUGIN_FILE: file, TOOL_NAME: toolName(name) }
  const { root } = await ownPackage(system)
  const [text, testText] = await Promise.all(
    [`${sample ?? 'new'}.js`, `${sample ?? 'new'}.test.js`].map((each) =>
      template(system, join(root, 'templates', 'plugins', each), words),
    ),
  )
  await system.files.makeDirectory(reachable(join(folder, 'test')), 0o700)
  await create(system, reachable(join(folder, 'package.json')), packageFile)
  await system.files.create(path, Buffer.from(text ?? ''), 0o600)
  await system.files.create(testPath, Buffer.from(testText ?? ''), 0o600)
  io.json({ action: 'new', file, path, test: testPath })
  io.out(`Made ${path}`)
  io.out('Test it, then allow it:')
  io.out(`  node --test ${quotedPath(testPath)}`)
  io.out(`  mcp-twin plugin allow ${file}`)
  return EXIT.ok
}

/** Makes the name of a tool from that of the plugin; one that a tool of the bridge has gets a number. */
function toolName(name: string): string {
  const plain = name.replaceAll('-', '_')
  return tools.some((tool) => tool.name === plain) ? `${plain}_2` : plain
}

async function template(system: Context['system'], path: string, words: Readonly<Record<string, string>>): Promise<string> {
  const bytes = await system.files.read(reachable(path))
  if (bytes === null)
    throw new TwinError('not-built', `${path} is missing: this copy of mcp-twin is incomplete.`, { hint: 'install mcp-twin again' })
  return Buffer.from(bytes)
    .toString('utf8')
    .replace(/\b(?:PLUGIN_NAME|PLUGIN_FILE|TOOL_NAME)\b/g, (word) => words[word] ?? word)
}

/** Creates a file, unless it exists. */
async function create(system: Context['system'], path: ReachablePath, text: string): Promise<void> {
  try {
    await system.files.create(path, Buffer.from(text), 0o600)
  } catch (error) {
    if (!isTrouble(error) || error.code !== 'EEXIST') throw error
  }
}
