import type { Tool } from '../contract/tool.ts'
import { actions } from './actions/index.ts'
import { bridge } from './bridge/index.ts'
import { files } from './files/index.ts'
import { handoff } from './handoff/index.ts'
import { memory } from './memory/index.ts'
import { search } from './search/index.ts'
import { shared } from './sharing/index.ts'
import { terminal } from './terminal/index.ts'

/** Every tool there is. To add one: a file in its family's folder and a line in that folder's index. */
export const tools: readonly Tool[] = [...files, ...search, ...terminal, ...memory, ...handoff, ...shared, ...actions, ...bridge]
