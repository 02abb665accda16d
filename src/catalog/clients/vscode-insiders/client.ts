import { edition } from '../vscode/edition.ts'

export const vscodeInsiders = edition({
  id: 'vscode-insiders',
  label: 'VS Code Insiders',
  folder: 'Code - Insiders',
  server: '.vscode-server-insiders',
  processes: ['Code - Insiders.exe', 'Code - Insiders', 'code-insiders'],
})
