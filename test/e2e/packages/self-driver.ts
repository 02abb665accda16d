import { selfCurrent } from '../../../src/effects/packages/self-current.ts'
import { installSelf } from '../../../src/effects/packages/self-install.ts'
import { pruneSelf } from '../../../src/effects/packages/prune.ts'
import { environmentSchema, worldSchema } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'

// Put into a package's dist/ and run from there, it is that copy of the program: `node driver.mjs WHAT {environment, folder}`,
// for another side with the `world` that it is part of. SIGINT is Ctrl-C.
const [what, json] = process.argv.slice(2)
const { environment: facts, folder: path, world: planted, offline = false } = JSON.parse(json ?? '{}')
const environment = environmentSchema.parse(facts)
const world = planted === undefined ? { environments: [environment] } : worldSchema.parse(planted)
const folder = native(path)
const system = nodeSystem()
const interrupted = new AbortController()
process.on('SIGINT', () => interrupted.abort())
const work = {
  current: () => selfCurrent(system, environment, folder),
  install: () => installSelf(system, world, environment, folder, { offline, signal: interrupted.signal }),
  prune: () => pruneSelf(system, world, environment, folder),
}
if (what !== 'current' && what !== 'install' && what !== 'prune') throw new Error(`no such work: ${what}`)
console.log(JSON.stringify(await work[what]()))
