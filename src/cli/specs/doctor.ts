import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const doctor = {
  name: 'doctor',
  summary: 'find what is wrong on both sides, and how to fix it',
  options: [
    { flags: '--deep', description: 'start every server on every side as its program does, and list its tools' },
    { flags: '--fix', description: 'fix what can be fixed safely, and say what was done' },
    { ...DRY_RUN, description: 'with --fix: show what would be fixed, change nothing' },
    { flags: '--check <id>', description: 'only this check (repeatable)', many: 'words', offers: 'check' },
    { flags: '--desktop-config <path>', description: "Claude Desktop's config file, if it is not detected", offers: 'file' },
  ],
  examples: ['mcp-twin doctor', 'mcp-twin doctor --deep', 'mcp-twin doctor --fix', 'mcp-twin doctor --check config-found --json'],
} as const satisfies CommandSpec
