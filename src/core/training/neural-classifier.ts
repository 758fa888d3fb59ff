import { DomainError } from '../errors/domain-error.js';
import type { FeatureTable } from '../features/feature-schema.js';
import type { Classifier, ClassifierArtefact } from './classifier.js';
import { NeuralEncoder } from './neural-encoder.js';
import { NeuralForward } from './neural-forward.js';
import type { NeuralContributions } from './neural-forward.js';
import { parseNeuralParameters } from './neural-parameters.js';
import type { NeuralParameters } from './neural-parameters.js';
import { checkProbe } from './neural-probe.js';

/** The rung of the ladder that the neural ensemble stands on. */
export const NEURAL = 'neural';

/** A fitted neural ensemble that answers from its exported weights alone, without TensorFlow. */
export class NeuralClassifier implements Classifier {
  readonly learner = NEURAL;
  private readonly encoder: NeuralEncoder;
  private readonly forward: NeuralForward;

  /** Refuses weights that do not give the answers TensorFlow gave when they were made. */
  constructor(
    private readonly parameters: NeuralParameters,
    private readonly weights: Float64Array,
  ) {
    this.encoder = new NeuralEncoder(parameters.encoder);
    const { members, width } = parameters;
    this.forward = new NeuralForward({ inputs: this.encoder.inputs, members, width }, weights);
    checkProbe(this.forward, parameters.probe);
  }

  predict(table: FeatureTable): Float64Array {
    return this.forward.probabilities(this.encoder.encode(table));
  }

  contributions(table: FeatureTable): Float64Array {
    return this.explain(table).values;
  }

  /**
   * Contributions, in the order of the table's own schema, together with how far each row's path
   * integral was from complete.
   */
  explain(table: FeatureTable): NeuralContributions {
    const { values, completenessErrors } = this.forward.contributions(this.encoder.encode(table));
    const { features } = this.parameters.encoder.schema;
    const asked = table.schema.features.map(({ name }) => name);
    const places = features.map(({ name }) => asked.indexOf(name));
    if (places.every((place, i) => place === i)) return { values, completenessErrors };
    const turned = new Float64Array(values.length);
    values.forEach((value, at) => {
      const column = at % features.length;
      turned[at - column + (places[column] ?? column)] = value;
    });
    return { values: turned, completenessErrors };
  }

  save(): ClassifierArtefact {
    return { learner: NEURAL, parameters: this.parameters, weights: this.weights.slice() };
  }
}

/** Reads a saved ensemble; refuses another learner's artefact, and one that is not as it was saved. */
export function loadNeural({ learner, parameters, weights }: ClassifierArtefact): NeuralClassifier {
  if (learner === NEURAL) return new NeuralClassifier(parseNeuralParameters(parameters), weights);
  throw new DomainError('bad-artefact', `"${learner}" is not the neural learner's`);
}
