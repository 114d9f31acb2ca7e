/** How the command ends. Scripts depend on these: docs/cut-over.md lists them. */
export const EXIT = {
  /** It did what was asked; for a dry run: it could. */
  done: 0,
  /** AWS, the network or this machine failed. The message says what the rule is now. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The watch found something and the weights are back where they were. */
  rolledBack: 3,
  /** The rule, its groups or its alarms are not as they must be. Nothing was changed. */
  refused: 4,
  /** The watch is over with too few requests to judge. The weights stay as asked. */
  held: 5,
  /** Somebody else changed the rule meanwhile. It stays as they left it. */
  changed: 6,
  /** A write failed and what the rule is now could not be told, or it could not be rolled back. Act by hand. */
  actNow: 7,
  /** Ctrl-C. The rule stays as it was written last. */
  interrupted: 130,
  /** The same by SIGTERM. */
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
