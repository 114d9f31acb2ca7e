/**
 * A command line for `cmd.exe`, in which every word arrives as it is: `npm` and most other commands are batch files
 * there, which only `cmd.exe` runs.
 *
 * A word that needs it is quoted as Microsoft's C runtime reads it (backslashes count only before a quote); then what
 * `cmd.exe` itself would read is escaped with a caret.
 */
export function toWindowsCommand([command = '', ...args]: readonly string[]): string {
  return [command, ...args.map((arg) => quote(arg))].map((word) => escape(word)).join(' ')
}

function quote(arg: string): string {
  if (/^[^\s"]+$/.test(arg)) return arg
  const text = arg.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')
  return `"${text}"`
}

function escape(word: string): string {
  return word.replaceAll(/[()\][%!^"`<>&|;, *?]/g, '^$&')
}
