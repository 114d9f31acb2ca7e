import PdfDocument from 'pdfkit'
import type { AttachmentSummary } from './attachments.js'
import type { Note } from './notes.js'

/**
 * A note on paper, as a stream. The same note gives the same bytes.
 *
 * In one of the fonts that every PDF reader has: for Latin letters.
 */
export function toPdf(
  note: Note,
  attachments: readonly AttachmentSummary[],
): NodeJS.ReadableStream {
  const { updatedAt } = note
  const document = new PdfDocument({
    size: 'A4',
    margin: 64,
    info: { Title: note.title, CreationDate: updatedAt, ModDate: updatedAt },
  })
  document.font('Helvetica-Bold').fontSize(22).text(note.title)
  document.font('Helvetica').fontSize(9).fillColor('#666666')
  document.text(`Last changed ${updatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`)
  document.moveDown(1.5).fillColor('black').fontSize(11).text(note.text, { lineGap: 3 })
  if (attachments.length > 0) {
    document.moveDown(1.5).font('Helvetica-Bold').text('Attachments').font('Helvetica')
    for (const { name, size } of attachments) document.text(`${name} (${size} bytes)`)
  }
  document.end()
  return document
}
