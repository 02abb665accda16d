/**
 * Paths of several sides in one process. Nothing here asks on which system it runs: a path is read by the kind of the side
 * that it belongs to, so that a planted Windows can live on Linux.
 */
export {
  baseName,
  dirName,
  fitsWindows,
  isWindows,
  joinPath,
  looksPosixPath,
  looksWindowsPath,
  sameName,
  samePath,
} from './paths/grammar.ts'
export { foreignPath } from './paths/read.ts'
export { insidePaths, pathsInside } from './paths/inside.ts'
export { fromHere, reachOf, toHere } from './paths/reach.ts'
export { type PlacedPath, readPath } from './paths/read.ts'
export { localFolder, settingsFolder } from './paths/known-folders.ts'
export { mountRootOf, onDrive, translate } from './paths/translate.ts'
