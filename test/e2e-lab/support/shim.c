/* Windows programs that misbehave, one by each MODE; compiled by broken.test.ts.
 *   HANG         never answers
 *   HANG_ENTER   wsl.exe that lists distributions but hangs as soon as one is entered
 *   UTF16        wsl.exe that knows no WSL_UTF8, as the one in Windows does: the real one beside it, without the variable
 *   OLD          node.exe 16, as far as our question to it goes
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

int main(void) {
#ifdef OLD
    printf("\n@mcp-twin:node {\"node\":\"C:\\\\Program Files\\\\nodejs\\\\node.exe\",\"version\":\"16.20.2\",\"platform\":\"win32\","
           "\"user\":\"Twin User\",\"home\":\"C:\\\\Users\\\\Twin User\",\"variables\":{\"USERPROFILE\":\"C:\\\\Users\\\\Twin User\","
           "\"APPDATA\":\"C:\\\\Users\\\\Twin User\\\\AppData\\\\Roaming\",\"LOCALAPPDATA\":\"C:\\\\Users\\\\Twin User\\\\AppData\\\\Local\","
           "\"USERNAME\":\"Twin User\",\"SystemRoot\":\"C:\\\\Windows\"}}\n");
    return 0;
#endif
#ifdef HANG
    Sleep(INFINITE);
#endif
    wchar_t *line = GetCommandLineW(), whole[8192];
    int quoted = 0;
    STARTUPINFOW si = { sizeof si };
    PROCESS_INFORMATION pi;
    DWORD code = 1;
#ifdef HANG_ENTER
    if (wcsstr(line, L"--exec")) Sleep(INFINITE);
#endif
    SetEnvironmentVariableW(L"WSL_UTF8", NULL);
    for (; *line && (quoted || *line != ' '); line++) if (*line == '"') quoted = !quoted;
    swprintf(whole, 8192, L"\"C:\\Windows\\System32\\wsl-real.exe\"%ls", line);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    si.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessW(NULL, whole, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) return 1;
    WaitForSingleObject(pi.hProcess, INFINITE);
    GetExitCodeProcess(pi.hProcess, &code);
    return (int)code;
}
