/** What our command on PATH says of itself; another file of its name is not ours, and nothing changes it. */
export const commandMark = 'Starts mcp-twin. Written by "mcp-twin init", removed by "mcp-twin uninstall".'

/** Whether a file is a command that we wrote, for whichever node and folder. */
export const isCommandText = (text: string): boolean => {
  const lines = text.split(/\r?\n/)
  const [first, second] = lines
  return (
    lines.length <= 6 &&
    ((first === '#!/bin/sh' && second === `# ${commandMark}`) || (first === '@echo off' && second === `rem ${commandMark}`)) &&
    text.includes('mcp-twin.mjs')
  )
}

/** The files that a shell takes for the command mcp-twin in a folder of PATH, the first one first. */
export const commandFiles = (isWindows: boolean): readonly string[] =>
  isWindows ? ['com', 'exe', 'bat', 'cmd', 'ps1'].map((ending) => `mcp-twin.${ending}`) : ['mcp-twin']
