/*
 * Tables as files: CSV that spreadsheets read and don't run.  Loaded when one is asked for.
 */

/* A spreadsheet runs what starts like a formula (RFC 4180 has no word on it). */
function cell(value) {
  let v = String(value);
  if (typeof value !== 'number' && /^[=+\-@\t\r]/.test(v) && !/^-?\d+(\.\d+)?$/.test(v))
    v = `'${v}`;
  return /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v;
}

/** RFC 4180. */
export function csv(head, rows) {
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n').concat('\r\n');
}

/** Hands the reader a CSV file. */
export function download(file, content) {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }));
  const a = document.createElement('a');
  a.setAttribute('href', url);
  a.download = file;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
