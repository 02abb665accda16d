import type { CommandSpec } from '../context.ts'
import { add } from './specs/add.ts'
import { completion } from './specs/completion.ts'
import { disable } from './specs/disable.ts'
import { doctor } from './specs/doctor.ts'
import { enable } from './specs/enable.ts'
import { exportSetup } from './specs/export.ts'
import { init } from './specs/init.ts'
import { list } from './specs/list.ts'
import { logs } from './specs/logs.ts'
import { outdated } from './specs/outdated.ts'
import { remove } from './specs/remove.ts'
import { rename } from './specs/rename.ts'
import { run } from './specs/run.ts'
import { schema } from './specs/schema.ts'
import { secret } from './specs/secret.ts'
import { serve } from './specs/serve.ts'
import { session } from './specs/session.ts'
import { sync } from './specs/sync.ts'
import { trust } from './specs/trust.ts'
import { undo } from './specs/undo.ts'
import { update } from './specs/update.ts'

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
  secret,
  outdated,
  update,
  undo,
  logs,
  run,
  serve,
  session,
  exportSetup,
  trust,
  schema,
  completion,
]
