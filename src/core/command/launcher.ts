import { createHash } from 'node:crypto'
import { commandMark } from '../../model/command-text.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import { layout } from '../layout.ts'
import { isWindows, joinPath } from '../paths.ts'

/** Where the command lies on a side, and what it says. */
export interface LauncherCommand {
  /** The folder that must be on that side's PATH. */
  readonly folder: NativePath
  readonly file: NativePath
  readonly text: string
  /** The script that it starts. */
  readonly launcher: NativePath
}

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`

/** A path in a batch file: cmd reads other letters than ASCII in a code page of its own, so the home folder is a variable. */
function batchPath(path: string, home: string): string | null {
  const isBelow = path.toLowerCase().startsWith(`${home.toLowerCase()}\\`)
  const rest = (isBelow ? path.slice(home.length) : path).replaceAll('%', '%%')
  return /^[\x20-\x7e]*$/.test(rest) ? `"${isBelow ? '%USERPROFILE%' : ''}${rest}"` : null
}

/** The command of a side whose program lies in `folder`; null: it cannot be written there. */
export function commandOn(environment: Environment, folder: NativePath): LauncherCommand | null {
  const { node, home, prefix } = environment
  if (node === undefined) return null
  const { launcher } = layout(environment, folder)
  if (!isWindows(environment)) {
    const place = joinPath(environment, home, '.local', 'bin')
    // The node that is used today may be replaced; any other will do then.
    const lines = [`node=${quoted(node)}`, '[ -x "$node" ] || node=node', `exec "$node" ${quoted(launcher)} "$@"`]
    return {
      folder: place,
      file: joinPath(environment, place, 'mcp-twin'),
      text: ['#!/bin/sh', `# ${commandMark}`, ...lines, ''].join('\n'),
      launcher,
    }
  }
  const [program, script] = [batchPath(node, home), batchPath(launcher, home)]
  if (prefix === undefined || program === null || script === null) return null
  const text = ['@echo off', `rem ${commandMark}`, `${program} ${script} %*`, ''].join('\r\n')
  return { folder: prefix, file: joinPath(environment, prefix, 'mcp-twin.cmd'), text, launcher }
}

/** What the record of a command keeps of its content. */
export const commandDigest = (text: string): string => createHash('sha256').update(text).digest('hex')
