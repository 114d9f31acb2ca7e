import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// One folder up from `src` and `dist`; beside the file where all is bundled into one.
const folder = ['../assets/', './assets/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(`${path}views`))

if (folder === undefined) throw new Error(`There is no folder "assets" by ${import.meta.url}`)

/** What the service reads at run time: SQL files, templates, and files served as they are. */
export const assets = {
  migrations: `${folder}migrations`,
  views: `${folder}views`,
  public: `${folder}public`,
} as const
