import { parser } from '@prometheus-io/lezer-promql';

import type { Comparison } from '../../core/telemetry/anomaly.js';

/** An alert expression taken apart: `left comparison threshold`. */
export interface ParsedComparison {
  /** The expression whose value is compared. */
  readonly left: string;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** The same expression with another threshold. */
  readonly withThreshold: (threshold: number) => string;
}

/** Why an expression cannot be taken apart. */
export interface NoComparison {
  readonly code:
    | 'bad-expression'
    | 'no-comparison'
    | 'absent'
    | 'compound'
    | 'equality'
    | 'bool-comparison'
    | 'two-series';
  readonly reason: string;
}

type Node = ReturnType<typeof parser.parse>['topNode'];

const SIGNS: Readonly<Record<string, Comparison>> = { Gtr: '>', Gte: '>=', Lss: '<', Lte: '<=' };
const TURNED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '>=': '<=',
  '<': '>',
  '<=': '>=',
};
const SETS: ReadonlySet<string> = new Set(['And', 'Or', 'Unless']);
const ABSENT: ReadonlySet<string> = new Set(['Absent', 'AbsentOverTime']);
const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Mod: (a, b) => a % b,
  Pow: (a, b) => a ** b,
};

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

function unwrapped(node: Node): Node {
  const [inner] = childrenOf(node);
  return (node.name === 'ParenExpr' || node.name === 'PromQL') && inner !== undefined
    ? unwrapped(inner)
    : node;
}

function literal(text: string): number | null {
  const plain = text.replaceAll(/[\s_]/g, '').toLowerCase();
  const sign = plain.startsWith('-') ? -1 : 1;
  const size = plain.replace(/^[+-]/, '');
  if (size === 'inf' || size === 'infinity') return sign * Infinity;
  const number = Number(size);
  return Number.isNaN(number) ? null : sign * number;
}

/** The value of numbers joined by one operator, or null. */
function calculated(sides: readonly Node[], expr: string): number | null {
  const [left, operator, right] = sides;
  if (left === undefined || right === undefined || sides.length !== 3) return null;
  const [a, b] = [constantOf(left, expr), constantOf(right, expr)];
  const apply = ARITHMETIC[operator?.name ?? ''];
  return a === null || b === null || apply === undefined ? null : apply(a, b);
}

/** The value of an expression of numbers alone, or null. */
function constantOf(node: Node, expr: string): number | null {
  const inner = unwrapped(node);
  const children = childrenOf(inner);
  if (inner.name === 'NumberDurationLiteral') return literal(expr.slice(inner.from, inner.to));
  if (inner.name === 'BinaryExpr') return calculated(children, expr);
  const [sign, operand] = children;
  if (inner.name !== 'UnaryExpr' || sign === undefined || operand === undefined) return null;
  const value = constantOf(operand, expr);
  return value !== null && expr.startsWith('-', sign.from) ? -value : value;
}

function brokenAt(root: Node): number | null {
  let place: number | null = null;
  root.cursor().iterate((node) => {
    if (node.type.isError) place ??= node.from;
  });
  return place;
}

function isAbsent(node: Node): boolean {
  return ABSENT.has(node.firstChild?.firstChild?.name ?? '');
}

/** Why the whole of an expression is no comparison with a number; null where it may be one. */
function objectionTo(node: Node): NoComparison | null {
  if (isAbsent(node)) {
    return { code: 'absent', reason: 'absent() has no value that a threshold could divide' };
  }
  const operators = childrenOf(node).map(({ name }) => name);
  const isBinary = node.name === 'BinaryExpr';
  if (isBinary && operators.some((name) => SETS.has(name))) {
    const reason =
      'several conditions are joined by and, or, unless: each has a threshold of its own';
    return { code: 'compound', reason };
  }
  if (isBinary && (operators.includes('Eql') || operators.includes('Neq'))) {
    return { code: 'equality', reason: '== and != have no side to move a threshold to' };
  }
  if (!isBinary || !operators.some((name) => SIGNS[name] !== undefined)) {
    return { code: 'no-comparison', reason: 'the expression is not a comparison with a number' };
  }
  return operators.includes('BoolModifier')
    ? { code: 'bool-comparison', reason: 'with bool the comparison always has a value and fires' }
    : null;
}

/** The sides of a comparison of which one is a number. */
interface Sides {
  readonly compared: Node;
  readonly number: Node;
  readonly threshold: number;
  readonly isTurned: boolean;
}

function sidesOf(node: Node, expr: string): Sides | null {
  const [first, last] = [node.firstChild ?? node, node.lastChild ?? node];
  const high = constantOf(last, expr);
  if (high !== null) return { compared: first, number: last, threshold: high, isTurned: false };
  const low = constantOf(first, expr);
  return low === null ? null : { compared: last, number: first, threshold: low, isTurned: true };
}

/** Finds the comparison that decides whether an alert fires, and its threshold. */
export function parseComparison(expr: string): ParsedComparison | NoComparison {
  const root = parser.parse(expr).topNode;
  const broken = expr.trim() === '' ? 0 : brokenAt(root);
  if (broken !== null) {
    const reason = `the expression is no PromQL from character ${broken}`;
    return { code: 'bad-expression', reason };
  }
  const node = unwrapped(root);
  const objection = objectionTo(node);
  if (objection !== null) return objection;
  const sides = sidesOf(node, expr);
  if (sides === null) {
    return { code: 'two-series', reason: 'both sides of the comparison are series' };
  }
  const { compared, number, threshold, isTurned } = sides;
  const sign = childrenOf(node)
    .map(({ name }) => SIGNS[name])
    .find((one) => one !== undefined);
  return {
    left: expr.slice(compared.from, compared.to),
    comparison: isTurned ? TURNED[sign ?? '>'] : (sign ?? '>'),
    threshold,
    withThreshold: (other) =>
      expr.slice(0, number.from) + promNumber(other) + expr.slice(number.to),
  };
}

/** A number as PromQL writes it. */
export function promNumber(number: number): string {
  if (Number.isFinite(number)) return String(number);
  return number > 0 ? '+Inf' : '-Inf';
}

/** Whether an expression is a plain selector, whose series are stored as they are. */
export function isSelector(expr: string): boolean {
  const root = parser.parse(expr).topNode;
  return brokenAt(root) === null && unwrapped(root).name === 'VectorSelector';
}

/** The metric that a plain selector names with its matchers of equality; null for anything else. */
export function selectorParts(
  expr: string,
): { metric: string; labels: Record<string, string> } | null {
  if (!isSelector(expr)) return null;
  const node = unwrapped(parser.parse(expr).topNode);
  const text = (part: Node | null): string => (part === null ? '' : expr.slice(part.from, part.to));
  const labels: Record<string, string> = {};
  const name = node.getChild('Identifier');
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    if (text(matcher.getChild('MatchOp')) !== '=') continue;
    labels[text(matcher.getChild('LabelName'))] = text(matcher.getChild('StringLiteral')).slice(
      1,
      -1,
    );
  }
  return name === null ? null : { metric: text(name), labels };
}
