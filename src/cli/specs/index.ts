import type { CommandSpec } from '../../context.ts'
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
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { memory } from './memory.ts'
import { outdated } from './outdated.ts'
import { plugin } from './plugin.ts'
import { remove } from './remove.ts'
import { rename } from './rename.ts'
import { roots } from './roots.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { secret } from './secret.ts'
import { serve } from './serve.ts'
import { session } from './session.ts'
import { sync } from './sync.ts'
import { trust } from './trust.ts'
import { undo } from './undo.ts'
import { uninstall } from './uninstall.ts'
import { update } from './update.ts'

/** Every command, in the order of the help page. To add one: a file in specs/, a file with its `run`, a line here. */
export const specs: readonly CommandSpec[] = [
  init,
  sync,
  doctor,
  add,
  remove,
  enable,
  disable,
  rename,
  list,
  diff,
  secret,
  outdated,
  update,
  undo,
  logs,
  run,
  serve,
  session,
  roots,
  memory,
  handoff,
  inbox,
  actions,
  events,
  plugin,
  exportSetup,
  importSetup,
  trust,
  schema,
  completion,
  uninstall,
]
