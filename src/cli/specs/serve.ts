import { families, terminalModes } from '../../model/bridge-words.ts'
import type { CommandSpec } from '../../model/command-line.ts'

export const serve = {
  name: 'serve',
  summary: 'start the bridge, as programs do',
  options: [
    { flags: '--http [port]', description: 'also listen for Streamable HTTP on 127.0.0.1 (default port 4324); needs a token, see session' },
    { flags: '--ws [port]', description: 'also listen for WebSocket on 127.0.0.1 (legacy; default port 4323); needs a token, see session' },
    { flags: '--runner', description: 'run without a client, until stopped: carry out actions, read triggers, serve listeners' },
    { flags: '--read-only', description: 'offer only tools that change nothing' },
    {
      flags: '--tools <family>',
      description: `only this family of tools: ${families.join(', ')} (repeatable)`,
      many: 'words',
      offers: families,
    },
    {
      flags: '--root <dir>',
      description: "use this folder instead of the manifest's (repeatable); the bridge's own workspace is always included",
      many: 'values',
      offers: 'file',
    },
    { flags: '--terminal <mode>', description: 'whether and how commands may run', choices: terminalModes },
    { flags: '--listen <address>', description: 'another address than 127.0.0.1; only with --insecure' },
    { flags: '--insecure', description: 'allow --listen; put a TLS proxy in front, since tokens cross the network in the clear' },
  ],
  examples: [
    'mcp-twin serve --client claude-code',
    'mcp-twin serve --client claude-desktop --terminal sandbox',
    'mcp-twin serve --http 4324 --root ~/work --read-only',
  ],
  noJson: true,
} as const satisfies CommandSpec
