import { commandDigest, commandOn } from '../../core/command/launcher.ts'
import type { CommandFacts } from '../../core/doctor/facts.ts'
import { dirName, samePath } from '../../core/paths.ts'
import { isCommandText } from '../../model/command-text.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { firstOnPath, isOnPath, terminalPath } from '../command/path.ts'
import { folderOn } from '../machine/home.ts'
import { sideFiles } from '../machine/side-files.ts'
import type { Situation } from '../manifest/open.ts'

/** Compares the commands of our records with what is there. Starts nothing, so that only this side's PATH is looked at. */
export async function observeCommands(system: System, { state, home, world }: Situation): Promise<readonly CommandFacts[]> {
  const found: CommandFacts[] = []
  for (const [id, record] of Object.entries(state.commands ?? {})) {
    const environment = world.environments.find((side) => side.id === id)
    if (environment === undefined) continue
    const file = native(record.file)
    const bytes = await sideFiles(system, environment).read(file)
    const facts = (is: CommandFacts['found'], first: CommandFacts['first'] = null) => found.push({ environment, file, found: is, first })
    const text = bytes === null ? null : Buffer.from(bytes).toString('utf8')
    const wanted = commandOn(environment, folderOn(system, home, environment))
    const path = environment.self ? await terminalPath(system, world, environment) : null
    const first = path === null ? null : await firstOnPath(system, environment, path)
    if (text === null) facts('gone')
    else if (commandDigest(text) !== record.digest && !isCommandText(text)) facts('edited')
    else if (wanted !== null && wanted.text !== text) facts('outdated')
    else if (path !== null && !isOnPath(environment, path, dirName(environment, file))) facts('off')
    else if (first !== null && !samePath(environment, first, file)) facts('hidden', first)
    else facts('ours')
  }
  return found
}
