import { HOUR, MINUTE } from '../telemetry/time.js';
import type { JourneyBehaviour, StageBehaviour } from './journey-behaviour.js';

type Numbers = readonly [
  rate: number,
  medianMinutes: number,
  windowMinutes: number,
  minLoss: number,
];

function stage(
  [key, event, weight]: readonly [string, string, number],
  [rate, medianMinutes, windowMinutes, minLoss]: Numbers,
  needs: Readonly<Record<string, number>>,
  more: Pick<StageBehaviour, 'mapped' | 'failureModes'>,
): StageBehaviour {
  return {
    key,
    event,
    weight,
    rate,
    median: medianMinutes * MINUTE,
    sigma: 0.7,
    window: windowMinutes * MINUTE,
    minLoss,
    minRelativeDrop: 0.2,
    needs,
    ...more,
  };
}

const CHECKOUT: JourneyBehaviour = {
  key: 'checkout',
  name: 'Checkout',
  owner: 'team-checkout',
  window: 2 * HOUR,
  valuePerConversion: 62,
  attemptsPerDay: 3400,
  weekdays: [0.96, 0.94, 0.95, 1, 1.08, 1.12, 0.95],
  arrival: { cdn: 0.55 },
  assumptions: [
    'A visit that adds nothing to the cart within 30 minutes is lost.',
    'Recommendations are assumed to help browsing; nobody has measured how much.',
  ],
  stages: [
    stage(
      ['browse', 'product_viewed', 0.5],
      [0.58, 4, 30, 20],
      {
        catalog: 0.85,
        search: 0.15,
        'web-frontend': 0.55,
        recommendations: 0.03,
        cdn: 0.15,
      },
      {
        mapped: { catalog: 0.9, search: 0.7, cdn: 0.6, recommendations: 0.5, 'web-frontend': 0.7 },
        failureModes: [{ key: 'empty-shelf', description: 'Product pages are slow or empty.' }],
      },
    ),
    stage(
      ['cart', 'cart_updated', 0.7],
      [0.66, 3, 30, 15],
      {
        cart: 0.9,
        inventory: 0.6,
        auth: 0.1,
        'web-frontend': 0.15,
      },
      {
        mapped: { cart: 1, inventory: 0.6, 'orders-db': 0.5, 'web-frontend': 0.5 },
        failureModes: [
          { key: 'stuck-cart', description: 'The cart does not take or keep items.' },
          { key: 'no-sign-in', description: 'Customers cannot sign in to go on.' },
        ],
      },
    ),
    stage(
      ['payment', 'payment_started', 1],
      [0.86, 2, 30, 12],
      {
        'payment-gateway': 0.95,
        'web-frontend': 0.7,
        auth: 0.1,
      },
      {
        mapped: {
          'payment-gateway': 1,
          'fraud-check': 0.7,
          'orders-db': 0.5,
          auth: 0.3,
          'web-frontend': 0.4,
        },
        failureModes: [
          { key: 'declined', description: 'Good cards are declined.' },
          { key: 'time-out', description: 'The payment page times out.' },
        ],
      },
    ),
    stage(
      ['confirmation', 'order_confirmed', 0.6],
      [0, 1, 30, 12],
      {},
      {
        mapped: {},
        failureModes: [],
      },
    ),
  ],
};

const ONBOARDING: JourneyBehaviour = {
  key: 'onboarding',
  name: 'Onboarding',
  owner: 'team-growth',
  window: 6 * HOUR,
  valuePerConversion: 25,
  attemptsPerDay: 1100,
  weekdays: [1.12, 1.1, 1.08, 1.05, 0.98, 0.82, 0.85],
  arrival: { cdn: 0.5 },
  assumptions: ['Whoever does not confirm the address within an hour will not come back.'],
  stages: [
    stage(
      ['signup', 'signup_started', 0.6],
      [0.72, 3, 30, 10],
      { auth: 0.9, 'web-frontend': 0.5 },
      {
        mapped: { auth: 1, 'web-frontend': 0.5, cdn: 0.3 },
        failureModes: [{ key: 'form', description: 'The form cannot be sent.' }],
      },
    ),
    stage(
      ['verification', 'verification_sent', 0.8],
      [0.78, 6, 60, 8],
      { mail: 0.9, auth: 0.15 },
      {
        mapped: { mail: 0.9, auth: 0.6 },
        failureModes: [
          { key: 'no-mail', description: 'The mail with the link comes late or never.' },
        ],
      },
    ),
    stage(
      ['profile', 'profile_opened', 0.6],
      [0.85, 4, 30, 8],
      {
        auth: 0.15,
        'web-frontend': 0.6,
        'orders-db': 0.05,
      },
      {
        mapped: { auth: 0.4, 'web-frontend': 0.5, 'orders-db': 0.4 },
        failureModes: [{ key: 'lost-input', description: 'What was filled in is lost.' }],
      },
    ),
    stage(
      ['activated', 'account_activated', 0.7],
      [0, 1, 30, 8],
      {},
      {
        mapped: {},
        failureModes: [],
      },
    ),
  ],
};

const RENEWAL: JourneyBehaviour = {
  key: 'renewal',
  name: 'Subscription renewal',
  owner: 'team-subscriptions',
  window: 3 * HOUR,
  valuePerConversion: 110,
  attemptsPerDay: 600,
  weekdays: [1.1, 1.08, 1.05, 1.05, 1, 0.85, 0.87],
  arrival: { cdn: 0.3 },
  assumptions: ['A partner renews through the same stages as everybody else.'],
  stages: [
    stage(
      ['offer', 'renewal_offer_opened', 0.5],
      [0.6, 5, 60, 6],
      {
        billing: 0.8,
        'web-frontend': 0.5,
        recommendations: 0.02,
      },
      {
        mapped: { billing: 0.7, recommendations: 0.4, mail: 0.4 },
        failureModes: [{ key: 'no-price', description: 'The offer shows no price.' }],
      },
    ),
    stage(
      ['plan', 'plan_chosen', 0.9],
      [0.82, 4, 60, 6],
      { billing: 0.95, 'web-frontend': 0.1 },
      {
        mapped: { billing: 1, 'payment-gateway': 0.6 },
        failureModes: [{ key: 'charge', description: 'The renewal cannot be charged.' }],
      },
    ),
    stage(
      ['renewed', 'subscription_renewed', 0.6],
      [0, 1, 60, 6],
      {},
      {
        mapped: {},
        failureModes: [],
      },
    ),
  ],
};

/** The journeys of the simulated shop. */
export const JOURNEYS: readonly JourneyBehaviour[] = [CHECKOUT, ONBOARDING, RENEWAL];
