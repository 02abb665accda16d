import { copyFile } from './copy-file.ts'
import { createDirectory } from './create-directory.ts'
import { deleteFile } from './delete-file.ts'
import { editFile } from './edit-file.ts'
import { fileInfo } from './file-info.ts'
import { listDirectory } from './list-directory.ts'
import { moveFile } from './move-file.ts'
import { readFile } from './read-file.ts'
import { readFiles } from './read-files.ts'
import { writeFile } from './write-file.ts'

export const files = [readFile, readFiles, writeFile, editFile, createDirectory, listDirectory, moveFile, copyFile, deleteFile, fileInfo]
