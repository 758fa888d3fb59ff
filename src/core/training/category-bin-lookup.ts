import type { CategoryBins } from './boosting-bins.js';

/** Finds a category's bin: its own, the one of the rest, the one of missing, or NaN for none. */
export class CategoryBinLookup {
  private readonly places: ReadonlyMap<string, number>;
  private readonly other: number;
  private readonly missing: number;

  constructor({ categories, other, missing }: CategoryBins) {
    this.places = new Map(categories.map((category, bin) => [category, bin]));
    this.other = other ? categories.length : Number.NaN;
    this.missing = missing ? categories.length + (other ? 1 : 0) : Number.NaN;
  }

  binOf(category: string | null): number {
    return category === null ? this.missing : (this.places.get(category) ?? this.other);
  }
}
