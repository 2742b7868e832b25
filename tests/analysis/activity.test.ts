import { expect, it } from 'vitest';
import { activityCounter } from '../../src/analysis/activity.ts';

it('counts values that are not zero, per step of a trial, and leaves padding out', () => {
  const counter = activityCounter(2, 1);
  // Two steps, two trials; the second step of trial 1 is padding.
  const states = Int32Array.of(5, 0, 0, 0, 1, 9, 0, 9);
  const inputs = Int32Array.of(3, 0, -2, 7);
  counter.add(states, inputs, Float32Array.of(1, 1, 1, 0), 2);
  // Neuron 0: 5, 0 | 1; neuron 1: 0, 0 | 0; input: 3, 0 | −2.
  expect([...counter.means()]).toEqual([2 / 3, 0, 2 / 3]);
  expect(counter.trials).toBe(2);
});

it('is zero before any trial', () => {
  expect([...activityCounter(1, 1).means()]).toEqual([0, 0]);
});
