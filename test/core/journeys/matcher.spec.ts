import { describe, expect, it } from '@jest/globals';

import { parseMatcher } from '../../../src/core/journeys/matcher.js';

describe('parseMatcher', () => {
  // The cases of Alertmanager's own tests of its classic parser (pkg/labels/parse_test.go).
  it.each([
    ['foo="bar"', 'foo', '=', 'bar'],
    ['foo=bar', 'foo', '=', 'bar'],
    ['foo!="bar"', 'foo', '!=', 'bar'],
    ['foo=~"bar|baz"', 'foo', '=~', 'bar|baz'],
    ['foo!~"bar"', 'foo', '!~', 'bar'],
    ['  foo = "bar"  ', 'foo', '=', 'bar'],
    ['foo=""', 'foo', '=', ''],
    ['foo=', 'foo', '=', ''],
    ['foo=" bar "', 'foo', '=', ' bar '],
    ['foo="bar\\"baz"', 'foo', '=', 'bar"baz'],
    ['foo="a\\nb"', 'foo', '=', 'a\nb'],
    ['foo="a\\\\b"', 'foo', '=', 'a\\b'],
    ['foo="a\\d"', 'foo', '=', 'a\\d'],
    ['foo=bar=baz', 'foo', '=', 'bar=baz'],
    ['foo=~[0-9]+\\.x', 'foo', '=~', '[0-9]+\\.x'],
    ['"k8s.pod"="a b"', 'k8s.pod', '=', 'a b'],
    ['k8s.pod=~"web-.*"', 'k8s.pod', '=~', 'web-.*'],
  ])('reads %s', (text, name, operator, value) => {
    expect(parseMatcher(text)).toMatchObject({ name, operator, value });
  });

  it.each([
    '',
    'foo',
    '="bar"',
    '""="bar"',
    'foo="bar',
    'foo=bar"',
    'foo="',
    'foo="b"ar"',
    'foo="bar\\',
    'foo=bar\\',
    'foo bar="x"',
    'foo=~"["',
    'foo=~"(?=x)"',
    'foo=~"(?<!x)y"',
    'foo=~"(a)\\1"',
    'foo=~"a**"',
    'foo=~"x{1001}"',
    'foo=~"[[:nope:]]"',
    'foo=~"[a"',
    'foo=~"\\y"',
    'foo=~"a)"',
  ])('refuses %s', (text) => {
    expect(() => parseMatcher(text)).toThrow(expect.objectContaining({ code: 'bad-matcher' }));
  });

  // Judged by hand from RE2's syntax page; every pattern is anchored at both ends.
  it.each([
    ['bar', 'bar', true],
    ['bar', 'xbar', false],
    ['bar', 'barx', false],
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['', '', true],
    ['', 'x', false],
    ['.*', '', true],
    ['.+', '', false],
    ['a.c', 'a\nc', false],
    ['a.c', 'a\u2028c', true],
    ['(?s)a.c', 'a\nc', true],
    ['(?i)PAYMENT', 'payment', true],
    ['(?m)a$', 'a\nb', false],
    ['(?m)a$\\n^b', 'a\nb', true],
    ['.', '🙂', true],
    ['[^a]', '🙂', true],
    ['\\d{3}', '503', true],
    ['5\\d\\d', '404', false],
    ['pay\\-ment\\_x\\/y', 'pay-ment_x/y', true],
    ['a{,2}', 'a{,2}', true],
    ['a{2,}', 'aaa', true],
    ['{x}', '{x}', true],
    ['a]', 'a]', true],
    ['[]a]', ']', true],
    ['[a\\-z]', '-', true],
    ['[a-z-]+', 'a-b', true],
    ['[[:alpha:]_]+', 'ab_', true],
    ['[^[:digit:]]', '5', false],
    ['[\\s]', ' ', true],
    ['\\s', '\u00a0', false],
    ['[^\\S]', ' ', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b', 'axb', false],
    ['(?P<zone>eu|us)-1', 'us-1', true],
    ['(?:a|b)c', 'bc', true],
    ['\\x41\\x{1F642}\\101', 'A🙂A', true],
    ['\\pL+', 'été', true],
    ['\\p{Greek}', 'λ', true],
    ['\\P{^Greek}', 'λ', true],
    ['\\Aab\\z', 'ab', true],
  ])('matches %s against %j: %s', (pattern, text, expected) => {
    const value = pattern.replaceAll('\\', '\\\\');
    expect(parseMatcher(`l=~"${value}"`).matches(text)).toBe(expected);
    expect(parseMatcher(`l!~"${value}"`).matches(text)).toBe(!expected);
  });

  it('compares whole values with = and !=', () => {
    expect(parseMatcher('a="x.z"').matches('xyz')).toBe(false);
    expect(parseMatcher('a!="x.z"').matches('xyz')).toBe(true);
  });
});
