/**
 * The beginning of a script for a side's own node, which alone sees that side's processes: `lines()` is one text a process, its id and its
 * command line; `plain` makes two spellings of a path one. Linux shows command lines as files, macOS and Windows through a program of
 * theirs, which Windows looks for in the working directory first, so that is not the user's. It is handed over on standard input: on a command line it would find itself, and its quotes would have to survive two systems.
 */
export const processLines: readonly string[] = [
  'const { execFileSync } = require("node:child_process")',
  'const { readdirSync, readFileSync } = require("node:fs")',
  'const told = (file, args) => execFileSync(file, args, { encoding: "utf8", maxBuffer: 1 << 26, windowsHide: true, cwd: process.env.SystemRoot }).split(/\\r?\\n/)',
  'const lines = {',
  '  win32: () => told("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command",',
  '    "[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-CimInstance Win32_Process | ForEach-Object { [string]$_.ProcessId + \' \' + $_.CommandLine }"]),',
  '  linux: () => readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).map((pid) => {',
  '    try { return pid + " " + readFileSync("/proc/" + pid + "/cmdline", "utf8").split(String.fromCharCode(0)).join(" ") } catch { return "" }',
  '  }),',
  '}[process.platform] ?? (() => told("ps", ["-axww", "-o", "pid=,command="]))',
  'const plain = (text) => text.split(String.fromCharCode(92)).join("/").toLowerCase()',
]
