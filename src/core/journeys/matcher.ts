import { DomainError } from '../errors/domain-error.js';
import { re2Pattern } from './re2-pattern.js';

type MatcherOperator = '=' | '!=' | '=~' | '!~';

/** One condition on one label, compiled; a label that is absent is the empty string. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatcherOperator;
  readonly value: string;
  readonly matches: (text: string) => boolean;
}

// Alertmanager's classic form first, then its UTF-8 form with quoted or unusual names: as there,
// the classic reading wins where both are possible.
const CLASSIC = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!=|!~|=)\s*([^]*?)\s*$/;
const UTF8 = /^\s*("(?:[^"\\]|\\[^])*"|[^\s{}!=~,\\"'`]+)\s*(=~|!=|!~|=)\s*([^]*?)\s*$/;

function refuse(text: string, reason: string): never {
  throw new DomainError('bad-matcher', `the matcher ${text} is not valid: ${reason}`);
}

/** Takes the quotes off; `\n`, `\"` and `\\` are escapes, other backslashes stand for themselves. */
function unquote(text: string, matcher: string): string {
  const quoted = text.startsWith('"');
  const inner = quoted ? text.slice(1, -1) : text;
  if (quoted && (text.length < 2 || !text.endsWith('"'))) refuse(matcher, 'a quote is left open');
  if (/^(?:[^\\]|\\[^])*$/.exec(inner) === null) refuse(matcher, 'a backslash ends it');
  if (/^(?:[^"\\]|\\[^])*$/.exec(inner) === null) refuse(matcher, 'a quote inside it');
  return inner.replaceAll(/\\(["\\n])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
}

function isOperator(text: string | undefined): text is MatcherOperator {
  return text === '=' || text === '!=' || text === '=~' || text === '!~';
}

function test(operator: MatcherOperator, value: string): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  const pattern = re2Pattern(value);
  return operator === '=~' ? (text) => pattern.test(text) : (text) => !pattern.test(text);
}

/**
 * Reads an Alertmanager matcher: `service="payment"`, `severity=~"warning|critical"`, `team!=web`.
 * Regular expressions have RE2's syntax and must match the whole value.
 *
 * @throws DomainError `bad-matcher`
 */
export function parseMatcher(text: string): Matcher {
  const [, rawName = '', operator, rawValue = ''] = CLASSIC.exec(text) ?? UTF8.exec(text) ?? [];
  if (!isOperator(operator)) refuse(text, 'it is not a name, one of = != =~ !~, and a value');
  const name = unquote(rawName, text);
  const value = unquote(rawValue, text);
  if (name === '') refuse(text, 'the name is empty');
  return { name, operator, value, matches: test(operator, value) };
}
