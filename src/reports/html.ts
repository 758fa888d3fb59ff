/** Text that is HTML already; only `html` and `raw` make it. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, nothing stays nothing, lists are joined. */
export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function textOf(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);
  return typeof part === 'number' ? String(part) : part.map(textOf).join('');
}

/** A template whose values are escaped unless they are HTML themselves; lines become spaces. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const [first = '', ...rest] = strings.map((text) => text.replace(/\s*\n\s*/g, ' '));
  return new Html(
    rest.reduce((text, next, i) => text + textOf(parts[i]) + next, first.trimStart()),
  );
}

/** Takes text for HTML as it is: for what this program wrote itself. */
export function raw(text: string): Html {
  return new Html(text);
}

/** A name that may break after its underscores and slashes: a browser would do so in the middle of a word. */
export function breakable(name: string): Html {
  const [first = '', ...rest] = name.split(/(?<=[_/])(?=\w)/);
  return rest.reduce((text, part) => html`${text}<wbr />${part}`, html`${first}`);
}
