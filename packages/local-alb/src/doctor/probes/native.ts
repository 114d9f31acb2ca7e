import { anySite, callStack, type Site } from './call-site.js'
import { observe } from './on-call.js'

/** Tells of each native module that is loaded. */
export function probeNative(tell: (file: string, site: Site) => void): void {
  observe(process, 'dlopen', ([, file]) => {
    if (typeof file === 'string') tell(file, anySite(callStack()))
  })
}
