import { edition } from './edition.ts'

export const vscode = edition({
  id: 'vscode',
  label: 'VS Code',
  folder: 'Code',
  server: '.vscode-server',
  processes: ['Code.exe', 'Code', 'code'],
})
