import { DomainError } from '../errors/domain-error.js';

const SPACE = '\\t\\n\\f\\r ';
const NOT_SPACE = '\\0-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}';

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** RE2's limit on a repetition count. */
const MAX_REPEAT = 1000;

function refuse(pattern: string, reason: string, cause?: unknown): never {
  throw new DomainError('bad-matcher', `the pattern ${pattern} is not valid: ${reason}`, { cause });
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const bracketLiteral = (mark: string): string => (mark === '-' ? '\\-' : literal(mark));

interface Rule {
  readonly token: RegExp;
  readonly write: (groups: readonly (string | undefined)[], pattern: string) => string;
}

const same = ([token]: readonly (string | undefined)[]): string => token ?? '';

function unicodeClass([, letter = 'p', name = '']: readonly (string | undefined)[]): string {
  const bare = name.replaceAll(/[{}^]/g, '');
  const negated = (letter === 'P') !== name.includes('^');
  return `\\${negated ? 'P' : 'p'}{${bare.length > 2 ? `Script=${bare}` : bare}}`;
}

const codePoint = (digits: string | undefined, base: number): string =>
  `\\u{${Number.parseInt(digits ?? '0', base).toString(16)}}`;

/** Escapes that mean the same inside and outside a bracket expression. */
const ESCAPES: readonly Rule[] = [
  { token: /\\([pP])(\{\^?\w+\}|\w)/y, write: unicodeClass },
  { token: /\\[dDwWfnrtv]/y, write: same },
  { token: /\\a/y, write: () => '\\x07' },
  { token: /\\x\{([0-9A-Fa-f]{1,6})\}/y, write: ([, digits]) => codePoint(digits, 16) },
  { token: /\\x([0-9A-Fa-f]{2})/y, write: ([, digits]) => codePoint(digits, 16) },
  { token: /\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y, write: ([, digits]) => codePoint(digits, 8) },
  {
    token: /\\(?![!-/:-@[-`{-~]).?/y,
    write: ([token = ''], pattern) => refuse(pattern, `RE2 has no ${token}`),
  },
];

const IN_BRACKETS: readonly Rule[] = [
  {
    token: /\[:(\w+):\]/y,
    write: ([, name = ''], pattern) =>
      POSIX_CLASSES[name] ?? refuse(pattern, `there is no class [:${name}:]`),
  },
  { token: /\[:\^\w+:\]/y, write: (_, pattern) => refuse(pattern, 'a negated [:class:]') },
  { token: /\\s/y, write: () => SPACE },
  { token: /\\S/y, write: () => NOT_SPACE },
  ...ESCAPES,
  { token: /\\(.)/y, write: ([, mark = '']) => bracketLiteral(mark) },
  { token: /-/y, write: same },
  { token: /[^\]]/uy, write: ([mark = '']) => literal(mark) },
];

const OUTSIDE: readonly Rule[] = [
  { token: /\\Q([^]*?)(?:\\E|$)/y, write: ([, text = '']) => literal(text) },
  { token: /\\A/y, write: () => '(?<![^])' },
  { token: /\\z/y, write: () => '(?![^])' },
  { token: /\\[bB]/y, write: same },
  { token: /\\s/y, write: () => `[${SPACE}]` },
  { token: /\\S/y, write: () => `[${NOT_SPACE}]` },
  ...ESCAPES,
  { token: /\\(.)/y, write: ([, mark = '']) => literal(mark) },
  { token: /\(\?P?<(\w+)>/y, write: ([, name = '']) => `(?<${name}>` },
  { token: /\(\?:/y, write: same },
  { token: /\(\?.?.?/y, write: ([token = ''], pattern) => refuse(pattern, `no ${token} here`) },
  {
    token: /\{(\d+)(?:,(\d*))?\}/y,
    write: ([token = '', least = '', most = ''], pattern) =>
      Math.max(Number(least), Number(most)) > MAX_REPEAT
        ? refuse(pattern, `more than ${MAX_REPEAT} repeats`)
        : token,
  },
  { token: /[$^()|*+?]/y, write: same },
  { token: /[^]/uy, write: ([mark = '']) => literal(mark) },
];

function apply(rules: readonly Rule[], pattern: string, at: number): [string, number] {
  for (const { token, write } of rules) {
    token.lastIndex = at;
    const match = token.exec(pattern);
    if (match !== null) return [write(match, pattern), at + match[0].length];
  }
  return refuse(pattern, 'it ends too early');
}

function brackets(pattern: string, start: number): [string, number] {
  let at = start + 1;
  let text = '[';
  if (pattern[at] === '^') {
    text += '^';
    at += 1;
  }
  // The first closing bracket is a character of the class, as in POSIX.
  if (pattern[at] === ']') {
    text += '\\]';
    at += 1;
  }
  while (pattern[at] !== ']') {
    const [piece, next] = apply(IN_BRACKETS, pattern, at);
    text += piece;
    at = next;
  }
  return [`${text}]`, at + 1];
}

function translate(pattern: string, start: number, dot: string): string {
  let body = '';
  for (let at = start; at < pattern.length;) {
    const mark = pattern[at];
    const [piece, next] =
      mark === '['
        ? brackets(pattern, at)
        : mark === '.'
          ? [dot, at + 1]
          : apply(OUTSIDE, pattern, at);
    body += piece;
    at = next;
  }
  return body;
}

/**
 * Compiles an RE2 pattern so that it must match the whole text, as Alertmanager does.
 * What RE2 refuses (look-around, back-references) is refused, and so are inline flags other than
 * `(?i)`, `(?s)`, `(?m)` at the start.
 *
 * @throws DomainError `bad-matcher`
 */
export function re2Pattern(pattern: string): RegExp {
  const flags = /^(?:\(\?[ism]+\))*/.exec(pattern)?.[0] ?? '';
  const body = translate(pattern, flags.length, flags.includes('s') ? '[^]' : '[^\\n]');
  const [open, close] = flags.includes('m') ? ['(?<![^])', '(?![^])'] : ['^', '$'];
  const jsFlags = ['u', ...['i', 'm'].filter((flag) => flags.includes(flag))].join('');
  try {
    return new RegExp(`${open}(?:${body})${close}`, jsFlags);
  } catch (cause) {
    return refuse(pattern, 'it does not parse', cause);
  }
}
