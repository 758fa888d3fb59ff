/** The text of one member of a JSON array, and the line on which it begins. */
export interface JsonItem {
  readonly line: number;
  readonly text: string;
}

/**
 * Cuts the members out of a top-level JSON array as it streams past, without holding the array.
 * A text that does not begin with `[` is one item as a whole. What lies between the brackets is not
 * checked here: an item that is no JSON fails when it is parsed.
 */
export class JsonArrayReader {
  private line = 1;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private whole: boolean | undefined;
  private item = '';
  private itemLine = 0;

  /** The items that end within this piece. */
  read(piece: string): JsonItem[] {
    const items: JsonItem[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const char = piece[at] ?? '';
      if (char === '\n') this.line += 1;
      if (this.begins(char)) {
        start = at + 1;
        continue;
      }
      if (this.ends(char)) {
        this.item += piece.slice(start, at);
        this.take(items);
        start = at + 1;
      } else if (this.itemLine === 0 && char.trim() !== '') this.itemLine = this.line;
    }
    this.item += piece.slice(start);
    return items;
  }

  /** What is left at the end: the whole text, or an item that was cut off. */
  end(): JsonItem[] {
    const items: JsonItem[] = [];
    this.take(items);
    return items;
  }

  private take(items: JsonItem[]): void {
    const text = this.item.trim();
    if (text !== '') items.push({ line: this.itemLine, text });
    this.item = '';
    this.itemLine = 0;
  }

  /** The first character that is not blank says whether this is an array. */
  private begins(char: string): boolean {
    if (this.whole !== undefined || char.trim() === '') return false;
    this.whole = char !== '[';
    return !this.whole;
  }

  /** Whether the character ends an item: a comma or bracket outside of every string and object. */
  private ends(char: string): boolean {
    if (this.whole !== false || this.depth < 0 || this.isQuoted(char)) return false;
    if (char === '{' || char === '[') this.depth += 1;
    else if (char === '}' || char === ']') this.depth -= 1;
    return (char === ',' && this.depth === 0) || this.depth < 0;
  }

  private isQuoted(char: string): boolean {
    if (!this.inString) {
      this.inString = char === '"';
      return this.inString;
    }
    if (this.escaped) this.escaped = false;
    else if (char === '\\') this.escaped = true;
    else if (char === '"') this.inString = false;
    return true;
  }
}
