import { InvalidArgumentError, Option } from 'commander';

/** Any number; nothing at all is none, though JavaScript takes it for 0. */
export function finite(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It must be a number.');
}

/** Of any size above zero. */
export function positive(text: string): number {
  const number = finite(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be above zero.');
}

/** Of any size, not below zero. */
export function atLeastZero(text: string): number {
  const number = finite(text);
  if (number >= 0) return number;
  throw new InvalidArgumentError('It must not be below zero.');
}

/** More than 0, less than 1. */
export function share(text: string): number {
  const number = finite(text);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('It must lie between 0 and 1.');
}

/** As a seed is one. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a whole number from 0.');
}

/** A flag with names, a comma between them, or given once for each; none where it is absent. */
export const listOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(list).default([], 'none');

function list(text: string, before: readonly string[]): string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== '')];
}
