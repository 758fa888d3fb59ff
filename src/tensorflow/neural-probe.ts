import { sigmoid } from '../core/training/linear-margin.js';
import type { NeuralProbe } from '../core/training/neural-parameters.js';
import type { NeuralShape } from '../core/training/neural-shape.js';
import type { TensorFlow } from './backend.js';
import { DenseInputs } from './dense-inputs.js';
import { NeuralGraph } from './neural-graph.js';

const ROWS = 16;

/** Draws rows at random over all bins and levels and has TensorFlow answer them. */
export function makeProbe(
  tf: TensorFlow,
  shape: NeuralShape,
  weights: Float32Array,
  random: () => number,
): NeuralProbe {
  const row = (): number[] =>
    shape.inputs.flatMap((input) =>
      input.kind === 'categorical'
        ? [Math.floor(random() * input.levels)]
        : [random() * input.bins, 6 * random() - 3, random() < 0.1 ? 1 : 0],
    );
  const codes = Float32Array.from(Array.from({ length: ROWS }, row).flat());
  const rows = Uint32Array.from({ length: ROWS }, (_, i) => i);
  const dense = new DenseInputs(shape.inputs).matrix(codes, rows);
  const graph = new NeuralGraph(tf, shape);
  const logits = graph.logits(weights, ROWS, dense);
  graph.dispose();
  const logOdds = Array.from(rows, (i) => {
    const members = Array.from(logits.subarray(i * shape.members, (i + 1) * shape.members));
    const yes = members.reduce((sum, z) => sum + sigmoid(z), 0);
    const no = members.reduce((sum, z) => sum + sigmoid(-z), 0);
    return Math.log(yes / no);
  });
  return { codes: Array.from(codes), logOdds };
}
