import { type Group, paths } from './group.ts'

/** What is closed below a user's home because it tells what somebody typed, visited or owns. Sources: as for `private.ts`. */
export const tracesInHome: readonly Group[] = [
  {
    reason: 'histories of shells, interpreters, databases and editors',
    anywhere: paths(`
      .bash_history*, .bash_sessions, .zsh_history*, .zsh_sessions, .zhistory, .histfile, .history, .sh_history, .ash_history
      .ksh_history, .mksh_history, .tcsh_history, .csh_history, .elvish_history
      .local/share: fish/fish_history*, powershell/PSReadLine, atuin, mcfly, nushell, xonsh, zsh/history*, zsh_history
      .local/state: bash, zsh, python_history, less, vim, nvim, history
      .config/nushell: history*
      .node_repl_history, .ts_node_repl_history, .bun_repl_history, .deno_history, .python_history*, .ipython, .irb_history, .irb-history
      .pry_history, .Rhistory, .php_history, .lua_history, .scala_history*, .ocaml_history, .utop-history, .ghc/ghci_history
      .julia/logs, .erlang-history, .groovy/groovysh.history, .jshell_history, .gdb_history, .lldb
      .psql_history*, .mysql_history*, .mariadb_history, .sqlite_history, .rediscli_history, .mycli-history, .mongo_history, .mongorc.js
      .dbshell, .duckdb_history, .cqlsh_history, .influx_history, .clickhouse-client-history, .usql_history, .bq_history, .valkeycli_history
      .lesshst*, .viminfo*, .local/share/nvim/shada, .tig_history, .wget-hsts, .recently-used*, .local/share/recently-used*
      .screenlog*, .xsession-errors*, .asciinema
    `),
    macos: paths('Library/Application Support: nushell/history*, com.apple.sharedfilelist'),
    windows: paths(`
      _viminfo, _lesshst
      AppData/Roaming: Microsoft/Windows/PowerShell/PSReadLine, Microsoft/Windows/Recent, nushell/history*
      AppData/Local: clink, nvim-data/shada, Microsoft/Windows/History, Microsoft/Windows/Clipboard, ConnectedDevicesPlatform
    `),
  },
  {
    reason: 'wallets',
    anywhere: paths(`
      .bitcoin, .litecoin, .dogecoin, .dashcore, .zcash, .namecoin, .bitmonero, .monero, Monero, .electrum*, .electron-cash
      .ethereum, .ethereum_keystore, .foundry/keystores, .brownie, .starknet_accounts, .starkli-wallets, .sui, .aptos, .solana
      .near, .near-credentials, .cosmos, .gaia, .osmosisd, .polkadot, .substrate, .subkey, .cardano, .tezos-client, .algorand, .stellar
      .lnd, .lightning, .eclair, .sparrow, .walletwasabi, .multibit, .armory, .bither, .chia, .chia_keys, .avalanchego, .avalanche-cli
      .config: Exodus, atomic, Ledger Live, @trezor, Sparrow, Daedalus, solana, Guarda, Coinomi, Jaxx Liberty, MyCrypto
      .local/share: Daedalus, io.parity.ethereum, MetaMask
    `),
    macos: paths(`
      Library: Ethereum
      Library/Application Support: Bitcoin, Litecoin, Dogecoin, DashCore, Zcash, Electrum, Ethereum, Exodus, atomic, Ledger Live, @trezor
      Library/Application Support: Daedalus*, Guarda, Coinomi, Sparrow, monero-wallet-gui, Solana
    `),
    windows: paths(`
      AppData/Roaming: Bitcoin, Litecoin, Dogecoin, DashCore, Zcash, Electrum*, ElectronCash, Ethereum, Exodus, atomic, Ledger Live, @trezor
      AppData/Roaming: Sparrow, WalletWasabi, Daedalus*, com.liberty.jaxx, Armory, MultiBit, MultiBitHD, Guarda, Coinomi, MyCrypto, bytecoin
      AppData/Local: Bitcoin, Coinomi, Exodus
      Documents/Monero
    `),
  },
  {
    reason: 'profiles of browsers, and of apps that have a box of their own',
    anywhere: paths(`
      .config: google-chrome, google-chrome-beta, google-chrome-unstable, google-chrome-for-testing, chromium, BraveSoftware, ungoogled-chromium
      .config: microsoft-edge, microsoft-edge-beta, microsoft-edge-dev, vivaldi, vivaldi-snapshot, opera, opera-beta, opera-developer, opera-gx
      .config: yandex-browser, yandex-browser-beta, thorium, epiphany, falkon, qutebrowser, mozilla, librewolf, zen
      .mozilla, .librewolf, .waterfox, .zen, .floorp, .icecat, .palemoon, .moonchild productions, .opera, .vivaldi, .w3m, .lynx
      .tor-browser, .tor-browser-en, .torbrowser, .local/share/torbrowser, tor-browser, tor-browser_en-US
      .local/share: epiphany, falkon, qutebrowser
      .cache: mozilla, google-chrome, chromium, BraveSoftware, microsoft-edge, vivaldi, opera
      .var/app
      snap: firefox, chromium, brave, opera, vivaldi, thunderbird, bitwarden, keepassxc, slack, discord, signal-desktop, telegram-desktop
    `),
    macos: paths(`
      Library: Safari, Cookies, HTTPStorages, WebKit, Containers/com.apple.Safari*, Group Containers/*.com.apple.Safari*
      Library/Application Support: Google/Chrome*, Chromium, BraveSoftware, Microsoft Edge*, Vivaldi, com.operasoftware.*, Arc, Dia, Yandex, Orion
      Library/Application Support: Firefox, Thunderbird, LibreWolf, Waterfox, zen, Floorp, TorBrowser-Data
      Library: Thunderbird, Mozilla, Caches/Firefox, Caches/Google/Chrome*
    `),
    windows: paths(`
      AppData/Local: Google/Chrome*, Chromium, BraveSoftware, Microsoft/Edge*, Vivaldi, Yandex, Opera Software, Thorium
      AppData/Local: Mozilla, Thunderbird, LibreWolf, Waterfox, zen, Floorp, Packages/TheBrowserCompany.*, Packages/Mozilla.*
      AppData/Local: Microsoft/Windows/INetCookies, Microsoft/Windows/WebCache
      AppData/Roaming: Mozilla, Thunderbird, Opera Software, LibreWolf, Waterfox, zen, Floorp, Moonchild Productions
    `),
  },
]
