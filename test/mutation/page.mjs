// The part of docs/mutation.md that a run writes.

const [BEGIN, END] = ['<!-- written by npm run mutation -->', '<!-- up to here -->']

/**
 * @param {string} page
 * @param {import('./judge.mjs').Judgement} judgement
 * @param {{ date: string, versions: string }} run
 */
export function withResults(page, judgement, run) {
  const [before, rest = ''] = page.split(BEGIN)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`docs/mutation.md has no ${BEGIN} … ${END}`)
  return `${before}${BEGIN}\n\n${toMarkdown(judgement, run)}\n\n${END}${after}`
}

/** @param {import('./judge.mjs').Judgement} judgement @param {{ date: string, versions: string }} run */
function toMarkdown({ files, explained }, { date, versions }) {
  const all = Object.values(files)
  const killed = all.reduce((sum, file) => sum + file.killed, 0)
  const lived = all.reduce((sum, file) => sum + file.lived, 0)
  const equivalent = explained.filter((it) => it.explanation.verdict === 'equivalent').length
  return [
    `${date}, ${versions}: of ${killed + lived} mutants ${killed} are killed, ${score(killed, lived)}.`,
    `Of the ${lived} others ${equivalent} are equivalent, so no test can kill them: without those, ${score(killed, lived - equivalent)}.`,
    '',
    '| file | mutants | killed | score |',
    '| --- | --: | --: | --: |',
    ...Object.entries(files).map(
      ([file, it]) =>
        `| ${file} | ${it.killed + it.lived} | ${it.killed} | ${score(it.killed, it.lived)} |`,
    ),
    '',
    ...Object.keys(files).flatMap((file) => {
      const those = explained.filter((it) => it.file === file)
      if (those.length === 0) return []
      return [
        `### ${file}`,
        '',
        ...those.map(
          ({ line, code, replacement, explanation: { verdict, why } }) =>
            `- Line ${line}, ${verdict}: ${inCode(code)} → ${inCode(replacement)}. ${why}`,
        ),
        '',
      ]
    }),
  ]
    .join('\n')
    .trim()
}

/** @param {number} killed @param {number} lived */
function score(killed, lived) {
  return `${((100 * killed) / (killed + lived)).toFixed(1)} %`
}

/** @param {string} text */
function inCode(text) {
  const short = text.length > 80 ? `${text.slice(0, 77)}…` : text
  // Code with backticks in it stands between two of them.
  if (short === '') return 'nothing'
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``
}
