import { canRun } from '../../core/participants.ts'
import { nameIn, type Versions, versionsOf, wordsInUse } from '../../core/update/moves.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { scriptsAllowed } from '../packages/installed.ts'
import { resolvePackages } from '../packages/resolve.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'

/** Returns the side whose npm is used: this one if it has npm. */
const askedSide = ({ self, home, sides }: Situation): Environment =>
  [self, home.environment, ...sides].find((each) => canRun(each) && each.npm !== undefined) ?? self

/** Looks up the newest versions of every package, or of one server's. */
export async function lookUpVersions(
  system: System,
  situation: Situation,
  options: Pick<SyncOptions, 'offline' | 'signal' | 'progress'>,
  server?: string,
): Promise<Versions[]> {
  const { manifest, lock, world } = situation
  const used = wordsInUse(manifest, server)
  const words = [...used.keys()].flatMap((each) => [each, nameIn(each) ?? each])
  if (words.length === 0) return []
  const progress = options.progress('Asking for newer versions')
  try {
    const answers = await resolvePackages(
      system,
      world,
      askedSide(situation),
      words,
      { version: 1, packages: {} },
      {
        offline: options.offline,
        refresh: true,
        sides: situation.sides,
        builds: scriptsAllowed(manifest),
        signal: options.signal,
        onProgress: (text) => progress.update(text),
      },
    )
    return versionsOf(used, lock, answers.lock, answers.troubles)
  } finally {
    progress.done()
  }
}
