import { baseRateLearner } from '../../../src/core/training/base-rate.js';
import { classifierLaws } from '../../contracts/classifier-laws.js';

classifierLaws('the base rate', baseRateLearner);
