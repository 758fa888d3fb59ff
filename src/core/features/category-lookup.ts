import type { CategoricalEncoding } from './fitted-encoding.js';

/** Finds a category's column: its own, the one that rare categories share, or none (-1). */
export class CategoryLookup {
  readonly name: string;
  readonly width: number;
  private readonly columns: ReadonlyMap<string, number>;
  private readonly other: number;
  private readonly missing: number;

  constructor(encoding: CategoricalEncoding, offset: number) {
    const { name, categories, rare, missing } = encoding;
    this.name = name;
    this.columns = new Map(categories.map((category, index) => [category, offset + index]));
    const afterCategories = offset + categories.length;
    // What was never seen is most like what was hardly seen.
    this.other = rare ? afterCategories : -1;
    this.missing = missing ? afterCategories + (rare ? 1 : 0) : this.other;
    this.width = categories.length + (rare ? 1 : 0) + (missing ? 1 : 0);
  }

  codeOf(category: string | null): number {
    return category === null ? this.missing : (this.columns.get(category) ?? this.other);
  }
}
