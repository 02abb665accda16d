import type { AnyRun, Command, CommandModule } from '../context.ts'
import type { CommandSpec } from '../model/command-line.ts'

type AnyModule = Partial<AnyRun> & { readonly verbs?: Readonly<Record<string, AnyRun['run']>> }

/** A command with its work. The compiler sees to it that the work takes the words and options of the command, and of each of its verbs. */
export const command = <Spec extends CommandSpec>(spec: Spec, load: () => Promise<CommandModule<Spec>>): Command => ({
  ...spec,
  async load(verb) {
    const loaded = (await load()) as AnyModule
    const run = verb === null ? loaded.run : loaded.verbs?.[verb]
    if (run === undefined) throw new Error(`${spec.name} ${verb ?? ''} has no work`)
    return run
  },
})
