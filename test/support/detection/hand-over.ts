// What a command does that is typed on a side: it goes to home, with its own arguments.
import { delegate, workingFolder } from '../../../src/effects/machine/delegate.ts'
import { findHome } from '../../../src/effects/machine/home.ts'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import { TwinError } from '../../../src/errors.ts'
import { nodeSystem } from '../../../src/system/node.ts'

const system = nodeSystem()
const world = await detectWorld(system)
const home = await findHome(system, world)
const argv = process.argv.slice(2)
try {
  if (!home.isSelf || argv[0] === '--always') process.exitCode = await delegate(system, world, home, argv)
  else process.stdout.write(`at home in ${workingFolder(system, home.environment)}`)
} catch (error) {
  if (!(error instanceof TwinError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n${error.hint}\n`)
  process.exitCode = error.exit
}
