import { isBuiltin } from 'node:module'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import type { PluginFormat } from '../messages.ts'

/**
 * Runs the text of a plugin and returns what it exports. The text is the very one whose digest was checked, so nothing is
 * read from the disk again: a module comes as a `data:` URL, from which neither a path beside it nor a package can be
 * imported, and CommonJS gets a `require` that knows node's own modules only.
 */
export async function load(file: string, format: PluginFormat, source: string): Promise<unknown> {
  if (format === 'commonjs') return requireText(file, source)
  // The comment makes stacks name the file instead of the whole URL.
  const text = `${source}\n//# sourceURL=${encodeURI(file)}`
  const loaded: { default?: unknown } = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)
  return loaded.default
}

function requireText(file: string, source: string): unknown {
  const node = createRequire(import.meta.url)
  const own = (name: string): unknown => {
    if (!isBuiltin(name)) throw new Error(`Cannot require ${JSON.stringify(name)}`)
    return node(name)
  }
  const module: { exports: unknown } = { exports: {} }
  compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: file }).call(
    module.exports,
    module.exports,
    own,
    module,
    file,
    '',
  )
  const { exports } = module
  // Compilers turn `export default` into `exports.default`.
  return typeof exports === 'object' && exports !== null && 'default' in exports ? exports.default : exports
}
