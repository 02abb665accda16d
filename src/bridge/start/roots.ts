import type { RootSpec } from '../../model/manifest.ts'
import type { Roots, Sides } from '../base/settings.ts'
import { configured } from './paths.ts'

/** The allowed folders that a manifest names, after the workspace, in which relative paths begin. What is wrong goes into `problems`. */
export function rootsOf(specs: readonly RootSpec[] | undefined, workspace: string, sides: Sides, problems: string[]): Roots {
  const opened = (specs ?? []).flatMap((spec) => {
    const { path, readOnly = false } = typeof spec === 'string' ? { path: spec } : spec
    return configured([path], 'The root', sides, problems).map((here) => ({ here, readOnly }))
  })
  return {
    roots: [workspace, ...opened.map(({ here }) => here)],
    readable: opened.filter(({ readOnly }) => readOnly).map(({ here }) => here),
  }
}
