import type { CommandSpec } from '../../model/command-line.ts'

export const completion = {
  name: 'completion',
  arguments: [
    { name: '<shell>', description: 'bash, zsh, fish or powershell', offers: ['bash', 'zsh', 'fish', 'powershell'] },
    { name: '[words...]', description: 'after --: the words typed so far; lists what the last one can be (used by the script)' },
  ],
  summary: 'complete commands, flags and names in your shell',
  examples: [
    'source <(mcp-twin completion bash)',
    'mcp-twin completion fish > ~/.config/fish/completions/mcp-twin.fish',
    'mcp-twin completion powershell | Out-String | Invoke-Expression',
  ],
} as const satisfies CommandSpec
