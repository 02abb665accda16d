import { basename, dirname, join } from 'node:path'
import { inText } from '../bridge/base/text.ts'
import { checkNames, type TakenNames, PluginTrouble } from '../bridge/plugins/description.ts'
import { formatOf, pluginsFolder, readPluginFile } from '../bridge/plugins/file.ts'
import { childProgram } from '../bridge/plugins/start-process.ts'
import { startPlugin } from '../bridge/plugins/start-plugin.ts'
import { type PluginState, pluginStates } from '../bridge/plugins/states.ts'
import { sharedTools } from '../bridge/sharing/provider.ts'
import { tools } from '../bridge/tools/index.ts'
import type { plugin as spec } from '../cli/specs/plugin.ts'
import type { Context, VerbsOf } from '../context.ts'
import type { ToolsFile } from '../core/foreign/tools-file.ts'
import { layout } from '../core/layout.ts'
import { reach } from '../effects/manifest/open.ts'
import { absolute } from '../effects/manifest/place.ts'
import { changeToolsFile, readToolsFile } from '../effects/store/tools-file.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { type ReachablePath, reachable } from '../model/path.ts'
import { tilde } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { wouldDo } from './change.ts'
import { nearHint, unknownName } from './unknown.ts'

interface Task {
  readonly context: Context
  readonly homeContext: HomeContext
  /** The bridge's folder at home. */
  readonly folder: ReachablePath
}

const atPlugins = (context: Context, work: (task: Task) => Promise<ExitCode>): Promise<ExitCode> =>
  atHome(context, { mayBeAbsent: true }, (homeContext) => {
    const { home } = homeContext
    return work({ context, homeContext, folder: reach(home, layout(home.environment, home.folder).bridge) })
  })

const marks: Readonly<Record<PluginState['state'], string>> = {
  allowed: 'allowed',
  new: 'not allowed',
  changed: 'off',
  off: 'off',
}

async function list({ context: { system, io }, homeContext: { home }, folder }: Task): Promise<ExitCode> {
  const plugins = pluginStates(folder, await readToolsFile(system, folder))
  io.json({ action: 'list', folder: pluginsFolder(folder), plugins })
  for (const { file, state, why, tools: names } of plugins) {
    io.out(`${inText(file)}  ${marks[state]}${names.length > 0 ? `: ${names.join(', ')}` : ''}`)
    if (why !== null) io.out(`  ${inText(why)}; look at it, then: mcp-twin plugin allow ${inText(file)}`)
    else if (state === 'new') io.out(`  read it, then: mcp-twin plugin allow ${inText(file)}`)
  }
  if (plugins.length === 0)
    io.out(`There are no plugins in ${tilde(pluginsFolder(folder), home.environment.home)}. To make one: mcp-twin plugin new NAME`)
  return EXIT.ok
}

/** The name of the file that a person means: as it is in the folder, or by a path to it. */
async function named({ context: { system }, homeContext: { home, world }, folder }: Task, typed: string): Promise<string> {
  if (formatOf(typed) !== null) return typed
  const own = pluginsFolder(folder)
  const path = await absolute(system, home.environment, typed, world)
  const file = basename(path)
  const [real, wanted] = await Promise.all([dirname(path), own].map(async (each) => (await system.files.realPath(reachable(each))) ?? each))
  if (formatOf(file) === null || real !== wanted)
    throw usageError(`${inText(typed)} is no plugin: a plugin is a .js, .mjs or .cjs file in ${own}.`, {
      hint: formatOf(file) === null ? 'mcp-twin plugin list' : `copy it there, then: mcp-twin plugin allow ${file}`,
    })
  return file
}

const refused = (file: string, trouble: PluginTrouble): TwinError =>
  new TwinError('plugin-refused', `${file} was not allowed: ${inText(trouble.message)}.`, {
    hint: `fix it, then: mcp-twin plugin allow ${file}`,
  })

/** Names of tools that others than this plugin have, each with its owner. */
function takenNames(listed: ToolsFile, own: string): TakenNames {
  const taken = new Map<string, string>()
  for (const [file, list] of Object.entries(listed.plugins))
    if (file !== own) for (const { name } of list.tools) taken.set(name, `the plugin ${file}`)
  for (const { name, source } of sharedTools(listed)) taken.set(name, `the shared server ${source}`)
  for (const { name } of tools) taken.set(name, 'the bridge')
  return taken
}

/** Loads a plugin once, in a process of its own, and writes down its digest and tools. */
async function allow(task: Task, typed: string): Promise<ExitCode> {
  const { context, homeContext, folder } = task
  const { system, io } = context
  const file = await named(task, typed)
  const known = pluginStates(folder, await readToolsFile(system, folder)).map((plugin) => plugin.file)
  if ((await system.files.look(reachable(join(pluginsFolder(folder), file)))) === null)
    throw unknownName('plugin', file, known, 'mcp-twin plugin list')
  if (context.isDry === true) return wouldDo(context, `load ${file} once and allow its tools`)
  try {
    const source = readPluginFile(pluginsFolder(folder), file)
    const { plugin, description } = await startPlugin(source, {
      settings: { folder, platform: system.platform, execPath: system.execPath, pid: system.pid, variables: system.variables },
      program: childProgram(),
      tag: `${system.pid}-${system.random(8)}.plugin.`,
      take: (line) => io.note(`It prints: ${inText(line)}`),
    })
    await plugin.end()
    const entry = { digest: source.digest, tools: description.tools }
    await changeToolsFile(system, folder, homeContext.home.environment.id, (listed) => {
      checkNames(description, takenNames(listed, file), Object.keys(listed.shared))
      return { ...listed, plugins: { ...listed.plugins, [file]: entry } }
    })
    const path = reachable(join(pluginsFolder(folder), file))
    if (((await system.files.look(path))?.mode ?? 0) & 0o077) await system.files.setMode(path, 0o600)
    const { name, version, description: words } = description
    io.json({ action: 'allow', file, digest: source.digest, name, version, description: words, tools: description.tools })
    io.out(`Allowed ${file} (${name} ${version}): ${description.tools.map((tool) => tool.name).join(', ')}`)
    io.note('Bridges that run list its tools now. Claude Desktop asks only once: restart it.')
    return EXIT.ok
  } catch (error) {
    throw error instanceof PluginTrouble ? refused(file, error) : error
  }
}

async function revoke(task: Task, typed: string): Promise<ExitCode> {
  const { context, homeContext, folder } = task
  const { system, io } = context
  const { plugins } = await readToolsFile(system, folder)
  const file = Object.hasOwn(plugins, typed) ? typed : await named(task, typed)
  const gone = Object.hasOwn(plugins, file) ? plugins[file] : undefined
  if (gone === undefined)
    throw usageError(`${file} is not allowed.`, { hint: nearHint(file, Object.keys(plugins), 'mcp-twin plugin list') })
  if (context.isDry === true) return wouldDo(context, `no longer offer the tools of ${file}`)
  await changeToolsFile(system, folder, homeContext.home.environment.id, (listed) => {
    const { [file]: _, ...rest } = listed.plugins
    return { ...listed, plugins: rest }
  })
  const names = gone.tools.map(({ name }) => name)
  io.json({ action: 'revoke', file, tools: names })
  io.out(`Revoked ${file}: ${names.join(', ')}. The file stays.`)
  return EXIT.ok
}

/** Makes, lists, allows and revokes plugins: files with tools that every bridge of this home offers. */
export const verbs: VerbsOf<typeof spec> = {
  new: (context, [name], { sample }) =>
    atPlugins(context, async ({ folder }) =>
      (await import('./plugin-new.ts')).makePlugin(context, reachable(pluginsFolder(folder)), name, sample),
    ),
  list: (context) => atPlugins(context, list),
  allow: (context, [file]) => atPlugins(context, (task) => allow(task, file)),
  revoke: (context, [file]) => atPlugins(context, (task) => revoke(task, file)),
}
