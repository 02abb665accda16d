import type { Command, AnyRun, CommandModule } from '../../context.ts'
import { actions } from './actions.ts'
import { add } from './add.ts'
import { completion } from './completion.ts'
import { diff } from './diff.ts'
import { disable } from './disable.ts'
import { doctor } from './doctor.ts'
import { enable } from './enable.ts'
import { exportSetup } from './export.ts'
import { importSetup } from './import.ts'
import { events } from './events.ts'
import { handoff } from './handoff.ts'
import { ignore } from './ignore.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { logs } from './logs.ts'
import { memory } from './memory.ts'
import { outdated } from './outdated.ts'
import { plugin } from './plugin.ts'
import { remove } from './remove.ts'
import { rename } from './rename.ts'
import { roots } from './roots.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { search } from './search.ts'
import { secret } from './secret.ts'
import { serve } from './serve.ts'
import { session } from './session.ts'
import { store } from './store.ts'
import { sync } from './sync.ts'
import { tools } from './tools.ts'
import { trust } from './trust.ts'
import { tryServer } from './try.ts'
import { undo } from './undo.ts'
import { ui } from './ui.ts'
import { uninstall } from './uninstall.ts'
import { update } from './update.ts'
import type { CommandSpec } from '../../model/command-line.ts'

type AnyModule = Partial<AnyRun> & { readonly verbs?: Readonly<Record<string, AnyRun['run']>> }

/** A command with its work. The compiler sees to it that the work takes the words and options of the command, and of each of its verbs. */
const command = <Spec extends CommandSpec>(spec: Spec, load: () => Promise<CommandModule<Spec>>): Command => ({
  ...spec,
  async load(verb) {
    const loaded = (await load()) as AnyModule
    const run = verb === null ? loaded.run : loaded.verbs?.[verb]
    if (run === undefined) throw new Error(`${spec.name} ${verb ?? ''} has no work`)
    return run
  },
})

/** Commands that belong together on the help page. */
interface Group {
  readonly title: string
  readonly commands: readonly Command[]
}

/** The commands of the help page, in its order. To add one: a file in specs/, a file with its `run`, a line here. */
export const groups: readonly Group[] = [
  {
    title: 'Start',
    commands: [
      command(init, () => import('../../commands/init.ts')),
      command(list, () => import('../../commands/list.ts')),
      command(sync, () => import('../../commands/sync.ts')),
      command(doctor, () => import('../../commands/doctor.ts')),
      command(undo, () => import('../../commands/undo.ts')),
      command(ui, () => import('../../commands/ui.ts')),
    ],
  },
  {
    title: 'Servers',
    commands: [
      command(add, () => import('../../commands/add.ts')),
      command(search, () => import('../../commands/search.ts')),
      command(remove, () => import('../../commands/remove.ts')),
      command(enable, () => import('../../commands/enable.ts')),
      command(disable, () => import('../../commands/disable.ts')),
      command(ignore, () => import('../../commands/ignore.ts')),
      command(rename, () => import('../../commands/rename.ts')),
      command(tools, () => import('../../commands/tools.ts')),
      command(diff, () => import('../../commands/diff.ts')),
      command(tryServer, () => import('../../commands/try.ts')),
      command(outdated, () => import('../../commands/outdated.ts')),
      command(update, () => import('../../commands/update.ts')),
      command(logs, () => import('../../commands/logs.ts')),
    ],
  },
  {
    title: 'Keys and projects',
    commands: [
      command(secret, () => import('../../commands/secret.ts')),
      command(login, () => import('../../commands/login.ts')),
      command(logout, () => import('../../commands/logout.ts')),
      command(trust, () => import('../../commands/trust.ts')),
      command(exportSetup, () => import('../../commands/export.ts')),
      command(importSetup, () => import('../../commands/import.ts')),
    ],
  },
  {
    title: 'Between programs',
    commands: [
      command(roots, () => import('../../commands/roots.ts')),
      command(memory, () => import('../../commands/memory.ts')),
      command(handoff, () => import('../../commands/handoff.ts')),
      command(inbox, () => import('../../commands/inbox.ts')),
      command(actions, () => import('../../commands/actions.ts')),
      command(events, () => import('../../commands/events.ts')),
      command(session, () => import('../../commands/session.ts')),
      command(plugin, () => import('../../commands/plugin.ts')),
      command(store, () => import('../../commands/store.ts')),
    ],
  },
  {
    title: 'More',
    commands: [
      command(schema, () => import('../../commands/schema.ts')),
      command(completion, () => import('../../commands/completion.ts')),
      command(uninstall, () => import('../../commands/uninstall.ts')),
    ],
  },
]

/** What programs start and people do not type. */
const ofPrograms: readonly Command[] = [
  command(run, () => import('../../commands/run.ts')),
  command(serve, () => import('../../commands/serve.ts')),
]

/** Every command. */
export const specs: readonly Command[] = [...groups.flatMap(({ commands }) => commands), ...ofPrograms]
