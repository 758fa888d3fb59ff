import { FeatureEncoder } from '../features/encoding.js';
import type { EncoderParameters } from '../features/encoding.js';
import type { FeatureSchema, FeatureTable } from '../features/feature-schema.js';
import { requireFeatures } from '../features/required-features.js';
import { fitPiecewiseLinear, piecewisePosition, smoothClip } from '../features/piecewise-linear.js';
import type { PiecewiseLinear } from '../features/piecewise-linear.js';
import { inputSlots } from './neural-shape.js';
import type { NeuralInput } from './neural-shape.js';

/** How a numeric feature is encoded; `missing` says whether unknown values were seen in training. */
export interface NumericFit extends PiecewiseLinear {
  readonly missing: boolean;
}

/** A fitted encoder as JSON-safe data; the categorical features are the core encoder's. */
export interface NeuralEncoderParameters {
  readonly schema: FeatureSchema;
  readonly numeric: Readonly<Record<string, NumericFit>>;
  readonly categorical: EncoderParameters;
}

interface Level {
  /** The category's column in the core encoder's matrix, at least. */
  readonly offset: number;
  readonly which: number;
}

/** Turns feature tables into the codes that the neural ensemble takes. */
export class NeuralEncoder {
  /** One per feature, in schema order. A category has one level more, for what fits no other. */
  readonly inputs: readonly NeuralInput[];
  private readonly categories: FeatureEncoder;
  private readonly levels: ReadonlyMap<string, Level>;

  constructor(readonly parameters: NeuralEncoderParameters) {
    this.categories = new FeatureEncoder(parameters.categorical);
    const widths = new Array<number>(parameters.categorical.features.length).fill(0);
    for (const source of this.categories.sources) widths[source] = (widths[source] ?? 0) + 1;
    let offset = 0;
    this.levels = new Map(
      parameters.categorical.features.map(({ name }, which) => {
        const level = { offset, which };
        offset += widths[which] ?? 0;
        return [name, level];
      }),
    );
    this.inputs = parameters.schema.features.map(({ name, kind }) =>
      kind === 'numeric'
        ? { kind, bins: Math.max(0, (parameters.numeric[name]?.edges.length ?? 0) - 1) }
        : { kind, levels: (widths[this.levels.get(name)?.which ?? -1] ?? 0) + 1 },
    );
  }

  /** Learns bins and categories from the rows that have a weight. */
  static fit(table: FeatureTable, weights: Float64Array, bins: number): NeuralEncoder {
    requireFeatures(table.schema, table);
    const numeric: Record<string, NumericFit> = {};
    for (const { name, kind } of table.schema.features) {
      if (kind === 'categorical') continue;
      const column = table.numeric.get(name) ?? new Float64Array();
      const values = column.filter((_, row) => (weights[row] ?? 0) > 0);
      numeric[name] = {
        ...fitPiecewiseLinear(values, bins),
        missing: values.some((value) => Number.isNaN(value)),
      };
    }
    const categorical = FeatureEncoder.fit(onlyCategorical(table), weights).parameters;
    const { features } = table.schema;
    return new NeuralEncoder({ schema: { features: [...features] }, numeric, categorical });
  }

  /** Encodes by feature name, row by row; refuses absent and unknown features. */
  encode(table: FeatureTable): Float32Array {
    requireFeatures(this.parameters.schema, table);
    const stride = this.inputs.reduce((sum, input) => sum + inputSlots(input), 0);
    const codes = new Float32Array(table.rows * stride);
    const { codes: columns, codeWidth } = this.categories.encode(onlyCategorical(table));
    let at = 0;
    for (const [i, { name }] of this.parameters.schema.features.entries()) {
      const input = this.inputs[i];
      if (input === undefined) continue;
      const slot = { codes, at, stride };
      if (input.kind === 'numeric') this.encodeNumeric(name, table, slot);
      else {
        const { offset, which } = this.levels.get(name) ?? { offset: 0, which: 0 };
        for (let row = 0; row < table.rows; row += 1) {
          const column = columns[row * codeWidth + which] ?? -1;
          codes[at + row * stride] = column < 0 ? input.levels - 1 : column - offset;
        }
      }
      at += inputSlots(input);
    }
    return codes;
  }

  private encodeNumeric(
    name: string,
    table: FeatureTable,
    { codes, at, stride }: { codes: Float32Array; at: number; stride: number },
  ): void {
    const fit = this.parameters.numeric[name];
    const column = table.numeric.get(name);
    if (fit === undefined || column === undefined) return;
    for (let row = 0, to = at; row < table.rows; row += 1, to += stride) {
      const value = column[row] ?? Number.NaN;
      const missing = Number.isNaN(value);
      const clipped = missing ? 0 : smoothClip(fit, value);
      codes[to] = piecewisePosition(fit.edges, clipped);
      codes[to + 1] = clipped;
      codes[to + 2] = missing && fit.missing ? 1 : 0;
    }
  }
}

function onlyCategorical(table: FeatureTable): FeatureTable {
  const features = table.schema.features.filter(({ kind }) => kind === 'categorical');
  return { ...table, schema: { features } };
}
