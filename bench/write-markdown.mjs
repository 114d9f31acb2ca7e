// Puts a run's tables into a Markdown file, between two comments.
import { readFileSync, writeFileSync } from 'node:fs'
import { toMarkdown } from './table.mjs'

const START = '<!-- bench -->'
const END = '<!-- /bench -->'

/**
 * @param {string} file @param {import('./record.mjs').RunRecord[]} records @param {import('./table.mjs').Table[]} together
 * @throws {Error} when the file has not both comments
 */
export function writeMarkdown(file, records, together) {
  writeFileSync(file, between(readFileSync(file, 'utf8'), sections(records, together), file))
}

/** @param {string} text @param {string} content @param {string} file for the message */
export function between(text, content, file) {
  const start = text.indexOf(START)
  const end = text.indexOf(END)
  if (start < 0 || end < start) {
    throw new Error(`--write: ${file} needs a line ${START} and below it a line ${END}`)
  }
  return `${text.slice(0, start + START.length)}\n\n${content}\n\n${text.slice(end)}`
}

/** @param {import('./record.mjs').RunRecord[]} records @param {import('./table.mjs').Table[]} together */
function sections(records, together) {
  const each = records.map(({ about, options, tables }) =>
    [
      `### Node ${about.node.slice(1)}`,
      `${about.date}, ${about.cpus} × ${about.cpu}, ${about.platform}; ${options.clock} clock, ` +
        `fresh processes: ${options.processes}, ${options.seconds} s per workload.`,
      ...tables.map(toMarkdown),
    ].join('\n\n'),
  )
  return [...together.map(toMarkdown), ...each].join('\n\n')
}
