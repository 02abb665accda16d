/** A path as one environment spells it, and writes it in its configs: `C:\Users\Ana`, `/home/ana`. */
export type NativePath = string & { readonly __spelling: 'native' }

/** A path as this very process opens it: the same file may be `C:\x` natively and `/mnt/c/x` from here. */
export type ReachablePath = string & { readonly __spelling: 'reachable' }

/** Marks a string as a path in its environment's own spelling. */
export const native = (path: string): NativePath => path as NativePath

/** Marks a string as a path that this process can hand to the file system. */
export const reachable = (path: string): ReachablePath => path as ReachablePath
