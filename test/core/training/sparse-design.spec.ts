import { describe, expect, it } from '@jest/globals';

import { addProducts } from '../../../src/core/training/sparse-design.js';
import { denseDesign } from './dense-design.js';

const WIDTH = 5;

function productsOf(rows: number, fixed: number): Float64Array {
  const matrix = Float64Array.from({ length: rows * WIDTH }, (_, i) => ((i * 37) % 11) - 4);
  const design = { ...denseDesign(matrix, WIDTH), fixed };
  const sums = new Float64Array(design.width ** 2);
  addProducts(
    design,
    Float64Array.from({ length: rows }, (_, row) => row + 1),
    sums,
  );
  return sums;
}

describe('the products of a design with itself', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 9])('are the same with fixed slots, of %i rows', (rows) => {
    for (let fixed = 1; fixed <= WIDTH + 1; fixed += 1) {
      expect(productsOf(rows, fixed)).toEqual(productsOf(rows, 0));
    }
  });
});
