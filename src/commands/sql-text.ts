/** A text as SQL has it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The one file of that name as SQL has it: to DuckDB `a[1].csv` and `a*.csv` are patterns of names. */
export function sqlFile(path: string): string {
  return sqlText(path.replaceAll(/[*?[]/g, '[$&]'));
}
