import type { NeuralShape } from './neural-shape.js';

type Floats = Float32Array | Float64Array;

/**
 * Writes the first layer's weights with every member's scales folded in: the shared weights (columns
 * x width) times the scales (columns x members), as columns x members x width.
 */
export function foldInput(
  { members, width }: NeuralShape,
  { input, scales }: { readonly input: Floats; readonly scales: Floats },
  folded: Floats,
): void {
  let at = 0;
  for (let cell = 0; cell < scales.length; cell += 1) {
    const scale = scales[cell] ?? 0;
    const from = Math.floor(cell / members) * width;
    for (let j = 0; j < width; j += 1, at += 1) folded[at] = scale * (input[from + j] ?? 0);
  }
}
