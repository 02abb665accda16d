import type { EnvironmentKind } from '../../model/environment.ts'
import type { EnvironmentDefinition } from './definition.ts'
import { linux } from './linux.ts'
import { macos } from './macos.ts'
import { windows } from './windows.ts'
import { wsl } from './wsl.ts'

export type { EnvironmentDefinition, Folders, Variables } from './definition.ts'

/** Every kind of environment there is. A kind without a line here is a type error. */
export const environmentDefinitions = { windows, wsl, linux, macos } satisfies Record<EnvironmentKind, EnvironmentDefinition>
