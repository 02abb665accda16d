import { Socket } from 'node:net'
import { LineReader } from '../../../core/rpc/line-reader.ts'
import { type FromPlugin, type PluginFormat, type ToPlugin, channelFd } from '../messages.ts'
import { answerOf } from './answer.ts'
import { type LoadedPlugin, readPlugin, wordsOf } from './plugin.ts'
import { pluginLimits } from '../limits.ts'
import { createRequire, isBuiltin } from 'node:module'
import { compileFunction } from 'node:vm'

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

// The process of one plugin: loads it, and calls its handlers. Nothing here protects the bridge; the bridge does that.

const channel = new Socket({ fd: channelFd, readable: true, writable: true })
const running = new Map<number, AbortController>()
let plugin: LoadedPlugin | null = null

const send = (message: FromPlugin): void => void channel.write(`${JSON.stringify(message)}\n`)

/** Messages of an allocation that failed at the process's limit of memory (V8's and node's own words). */
const exhausted = /allocation failed|failed to allocate|Invalid typed array length/i

async function start({ file, format, source }: Extract<ToPlugin, { load: unknown }>['load']): Promise<void> {
  try {
    plugin = readPlugin(await load(file, format, source))
    const { name, version, description, tools } = plugin
    send({ loaded: { name, version, description, tools: tools.map(({ check: _, handle: __, ...tool }) => tool) } })
  } catch (error) {
    send({ failed: whyNotLoaded(error) })
  }
}

function whyNotLoaded(error: unknown): string {
  const words = wordsOf(error)
  const [, name] =
    /^Failed to resolve module specifier "(.*?)"/.exec(words) ??
    /^Cannot require "(.*)"$/.exec(words) ??
    /^Cannot find package '(.*?)'/.exec(words) ??
    []
  if (name !== undefined)
    return `it imports ${JSON.stringify(name)}; a plugin is one file, which may import node's own modules only (node:fs)`
  const [, place] = (error instanceof Error && /^\s*at (?:.*\()?((?:[^\s()]+):\d+:\d+)\)?$/m.exec(error.stack ?? '')) || []
  const own = place !== undefined && !place.startsWith('node:') && !place.startsWith('/') && !place.startsWith('file:')
  return own ? `${words} (${place})` : words
}

async function call(id: number, name: string, args: unknown): Promise<void> {
  const tool = plugin?.tools.find((each) => each.name === name)
  if (tool === undefined) return send({ answer: id, error: `the plugin has no tool ${JSON.stringify(name)} any more` })
  const controller = new AbortController()
  running.set(id, controller)
  try {
    const trouble = tool.check(args)
    if (trouble !== null) return send({ answer: id, invalid: trouble })
    const answer = { answer: id, ...answerOf(await tool.handle(args, { signal: controller.signal })) }
    const bytes = Buffer.byteLength(JSON.stringify(answer))
    if (bytes >= pluginLimits.message) throw new Error(`its answer has ${bytes} bytes; ${pluginLimits.message} are the most`)
    send(answer)
  } catch (error) {
    const words = wordsOf(error)
    send(error instanceof RangeError && exhausted.test(words) ? { answer: id, exhausted: words } : { answer: id, error: words })
  } finally {
    running.delete(id)
  }
}

const reader = new LineReader({
  line(bytes) {
    const message: ToPlugin = JSON.parse(bytes.toString('utf8'))
    if ('load' in message) void start(message.load)
    else if ('call' in message) void call(message.call, message.tool, message.arguments)
    else if ('cancel' in message) running.get(message.cancel)?.abort()
    else send({ pong: message.ping })
  },
})

channel.on('data', (chunk: Buffer) => reader.push(chunk))
// The bridge has ended, or wants this process to end.
channel.on('close', () => process.exit(0))
channel.on('error', () => process.exit(0))
