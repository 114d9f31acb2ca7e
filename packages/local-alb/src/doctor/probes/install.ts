import { probeFiles } from './files.js'
import { probeOutgoing } from './outgoing.js'
import { probePackages } from './packages.js'
import { probeProcesses } from './processes.js'
import { once, type ProbeSettings } from './report.js'
import { probeResponses } from './responses.js'
import { probeServers } from './servers.js'
import { probeTimers } from './timers.js'

/** Puts the probes into this process, before the app is loaded. */
export function installProbes(settings: ProbeSettings): ProbeSettings {
  const told = { ...settings, report: once(settings.report) }
  probeResponses(told)
  probeTimers(told)
  probeOutgoing()
  probeFiles(told)
  probeProcesses(told)
  probeServers(told)
  if (settings.scope === 'app') probePackages(told)
  return told
}
