import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limits } from '../bridge/base/limits.ts'
import { hides, inName } from '../bridge/base/text.ts'
import { projectOf } from '../bridge/memory/namespace.ts'
import { knownNamespaces } from '../bridge/store/known.ts'
import { StorePlace } from '../bridge/store/place.ts'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { linksFileName, linksText, type NamespaceLinks, parseLinks } from '../core/namespace-links.ts'
import { nearest } from '../core/nearest.ts'
import { changeBridgeFile, textOf } from '../effects/store/bridge-file.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { reachable } from '../model/path.ts'
import { tilde } from '../ui/labels.ts'
import { quotedPath } from '../model/quoted-path.ts'
import { lookInBridge, type OpenBridge } from './bridge-at-home.ts'
import { located } from './roots.ts'

/** `store link DIR NAME`: gives a checkout the namespace NAME on this machine, or its own one again. Running bridges follow at their next call. */
export const linkNamespace = (context: Context, typed: string, name: string): Promise<ExitCode> =>
  lookInBridge(context, async (open) => {
    const { io, system } = context
    checkName(name)
    const project = await checkoutAt(await located(context, open, typed))
    const { environment } = open.homeContext.home
    const shown = tilde(project.folder, environment.home)
    const before = linksIn(await textOf(system, reachable(`${open.folder}/${linksFileName}`)))
    const was = before[project.folder] ?? project.namespace
    if (context.isDry !== true && was !== name)
      await changeBridgeFile(system, reachable(open.folder), linksFileName, environment.id, (text) =>
        linksText(linked(linksIn(text), project, name)),
      )
    io.json({
      dir: project.folder,
      namespace: name,
      was,
      changed: was !== name && context.isDry !== true,
      ...(context.isDry === true && { dryRun: true }),
    })
    if (was === name) {
      io.out(`The namespace of ${shown} is ${inName(name)} here already.`)
      return EXIT.ok
    }
    io.out(`The namespace of ${shown} ${context.isDry === true ? 'would be' : 'is'} ${inName(name)} here.`)
    for (const line of await consequences(open, was, name)) io.out(line)
    if (context.isDry === true) io.out('Nothing was changed (--dry-run).')
    else io.out(`Back: mcp-twin store link ${quotedPath(shown) === shown ? shown : quotedPath(project.folder)} ${quotedPath(was)}`)
    return EXIT.ok
  })

function checkName(name: string): void {
  const most = limits.memoryKeyCharacters
  if (name.trim() !== '' && name.length <= most && !hides(name)) return
  throw usageError(`A namespace has 1 to ${most} characters, all of which are seen.`, { hint: 'mcp-twin store link ~/site site-4f2a' })
}

/** The project of a folder. A worktree and a folder inside belong to the checkout whose git directory they use. */
async function checkoutAt(folder: string): Promise<NonNullable<Awaited<ReturnType<typeof projectOf>>>> {
  const facts = await stat(folder).catch(() => null)
  const project = facts?.isDirectory() === true ? await projectOf(folder) : null
  if (project !== null) return project
  if (facts === null) throw usageError(`There is no folder ${JSON.stringify(folder)}.`, { hint: 'correct its name' })
  throw usageError(`${JSON.stringify(folder)} is a file; the namespace of a folder is given.`, {
    hint: `name its folder, ${quotedPath(dirname(folder))}`,
  })
}

function linksIn(text: string | null): NamespaceLinks {
  try {
    return text === null ? {} : parseLinks(text)
  } catch (error) {
    throw new TwinError('refused', `bridge/${linksFileName} cannot be used: ${error instanceof Error ? error.message : String(error)}.`, {
      hint: 'correct it, or move it away; then give each checkout its name again',
    })
  }
}

/** A checkout that gets its own name back needs no link. */
const linked = (links: NamespaceLinks, { folder, namespace }: { readonly folder: string; readonly namespace: string }, name: string) =>
  Object.fromEntries([
    ...Object.entries(links).filter(([each]) => each !== folder),
    ...(name === namespace ? [] : [[folder, name] as const]),
  ])

/** What a person should know who gives a checkout another namespace. */
async function consequences({ bridge, folder }: OpenBridge, was: string, name: string): Promise<string[]> {
  const { known, left } =
    new StorePlace(folder).generation() === null
      ? { known: [], left: 0 }
      : await (await bridge.store()).snapshot((database) => ({
          known: knownNamespaces(database),
          left: database.get<{ n: number }>('SELECT count(*) AS n FROM memory WHERE namespace = ?', was)?.n ?? 0,
        }))
  const near = nearest(name, known)
  return [
    ...(known.includes(name) ? [] : [`Nothing was ever remembered in it${near === null ? '' : `. The nearest one is ${inName(near)}`}.`]),
    ...(left === 0 ? [] : [`${count(left, 'key stays', 'keys stay')} in ${inName(was)}.`]),
  ]
}
