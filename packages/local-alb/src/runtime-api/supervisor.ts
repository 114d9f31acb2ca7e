import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Kills environments that outlive this process. A frozen process cannot notice by itself that its parent was killed,
 * so a shell waits for the end of a pipe that only we hold, and then kills the process groups it was told of.
 */
interface Supervisor {
  readonly shell: ChildProcess
  readonly groups: Set<number>
}

// Keeps the list in its positional parameters. Deaf to what a terminal sends to all its processes at once.
const SCRIPT = `
trap '' INT TERM HUP QUIT TSTP
set --
while read -r sign group; do
  if [ "$sign" = + ]; then set -- "$@" "$group"; continue; fi
  rest=
  for each do [ "$each" = "$group" ] || rest="$rest $each"; done
  set -- $rest
done
for each do kill -s KILL -- "-$each"; done
`

let supervisor: Supervisor | undefined

/** @param group the process group to kill when this process ends in whatever way */
export function superviseGroup(group: number): void {
  supervisor ??= start()
  supervisor.groups.add(group)
  tell(supervisor, `+ ${group}\n`)
}

/** The group has ended; the supervisor ends with the last one. */
export function releaseGroup(group: number): void {
  if (!supervisor?.groups.delete(group)) return
  tell(supervisor, `- ${group}\n`)
  if (supervisor.groups.size > 0) return
  supervisor.shell.stdin?.end()
  supervisor = undefined
}

function start(): Supervisor {
  // In a session of its own, so that what ends our process group does not end it first.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  })
  // Without a shell, environments that are not frozen still end with their Runtime API.
  shell.on('error', () => {})
  shell.stdin?.on('error', () => {})
  shell.unref()
  const stdin = shell.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null
  stdin?.unref?.()
  return { shell, groups: new Set() }
}

function tell({ shell }: Supervisor, line: string): void {
  if (shell.stdin?.writable) shell.stdin.write(line)
}
