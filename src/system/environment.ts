import type { Program } from '../model/system.ts'

/** The variables a program starts with. Windows takes `PATH` and `Path` for one name, so a new spelling replaces the old. */
export function environmentOf({ env = {}, onlyEnv }: Program, platform: NodeJS.Platform): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = onlyEnv ? {} : { ...process.env }
  for (const [name, value] of Object.entries(env)) {
    if (platform === 'win32') {
      for (const known of Object.keys(result)) if (known.toUpperCase() === name.toUpperCase()) delete result[known]
    }
    if (value === undefined) delete result[name]
    else result[name] = value
  }
  return result
}
