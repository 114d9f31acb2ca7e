// Tables as text for a terminal and as Markdown.

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string[]} head
 * @property {string[][]} rows a row shorter than the head ends in a remark, which has no column
 * @property {string[]} [notes] below the rows
 */

/** The first column to the left, the others to the right. @param {Table} table */
export function toText({ title, head, rows, notes = [] }) {
  const all = [head, ...rows]
  const columns = head.length
  const widths = head.map((_, i) =>
    Math.max(...all.map((row) => (isRemark(row, i, columns) ? 0 : (row[i] ?? '').length))),
  )
  const lines = all.map((row) =>
    row
      .map((cell, i) => {
        if (isRemark(row, i, columns)) return cell
        return i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
      })
      .join('  ')
      .trimEnd(),
  )
  return [title, ...lines.map((line) => `  ${line}`), ...notes.map((note) => `  ${note}`)]
    .map((line) => `${line}\n`)
    .join('')
}

/** As prettier would leave it, so that a file with it in stays formatted. @param {Table} table */
export function toMarkdown({ title, head, rows, notes = [] }) {
  const cells = [head, ...rows].map((row) =>
    head.map((_, i) => (row[i] ?? '').replaceAll('|', String.raw`\|`)),
  )
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => (row[i] ?? '').length)))
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [first, ...others] = cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
  )
  const lines = [first ?? [], rule, ...others].map((row) => `| ${row.join(' | ')} |`)
  return [`**${title}**`, lines.join('\n'), ...notes].join('\n\n')
}

/** @param {string[]} row @param {number} i @param {number} columns */
function isRemark(row, i, columns) {
  return row.length < columns && i === row.length - 1
}
