import { oneOf } from '../input.ts'
import { shellNames } from '../terminal/shells.ts'
import { defineOption } from './option.ts'

export const defaultShell = defineOption({
  key: 'default_shell',
  field: oneOf(['auto', ...shellNames]),
  usual: 'auto',
  means: 'shell of commands that name none; auto: bash or sh on Linux, cmd on Windows',
})
