import { oneOf } from '../input.ts'
import { logLevels } from '../log.ts'
import { defineOption } from './option.ts'

export const logLevel = defineOption({
  key: 'log_level',
  field: oneOf(logLevels),
  usual: 'info',
  means: 'how much the log files say',
})
