// What a side sees of the machine, as one JSON document: the world, how long it took and what was started for it, and what
// a program of every side says when it is run from here.
import { findHome } from '../../../src/effects/machine/home.ts'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import { programOn } from '../../../src/effects/machine/program.ts'
import { runningPrograms } from '../../../src/effects/machine/running.ts'
import type { Program, System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'

const started: string[] = []
const machine = nodeSystem()
const system: System = {
  ...machine,
  ask: (program: Program) => {
    started.push(program.argv[0] ?? '')
    return machine.ask(program)
  },
}

const [distro] = process.argv.slice(2)
const world = await detectWorld(system, distro === undefined ? {} : { distro: distro.split(',') })
const detection = [...started]

const script =
  'process.stdout.write(JSON.stringify([process.platform, process.env.MCP_TWIN_SECRET_A ?? null, process.argv.at(-1), process.cwd()]))'
const programs: Record<string, unknown> = {}
const running: Record<string, readonly string[] | null> = {}
for (const environment of world.environments) {
  running[environment.id] = await runningPrograms(system, world, environment)
  const argv = [environment.node ?? 'node', '-e', script, 'a b"c']
  const program = programOn(world, environment, argv, { timeoutMs: 60_000, env: { MCP_TWIN_SECRET_A: 'Ä é' }, cwd: environment.home })
  const answer = program && (await system.ask(program))
  programs[environment.id] =
    answer && (answer.code === 0 ? JSON.parse(new TextDecoder().decode(answer.stdout)) : new TextDecoder().decode(answer.stderr))
}
const { environment, folder } = await findHome(system, world)
process.stdout.write(JSON.stringify({ world, detection, programs, running, home: { id: environment.id, folder } }))
