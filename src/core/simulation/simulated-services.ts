/** A service of the simulated shop. */
export interface SimulatedService {
  readonly name: string;
  readonly team: string;
  /** How often it breaks, relative to the others. */
  readonly frailty: number;
  /** Share of its troubles that its own telemetry can see at all, 0..1. */
  readonly observability: number;
  /** What it calls, and the share of a callee's trouble that shows in it, 0..1. */
  readonly calls: Readonly<Record<string, number>>;
}

/** The services and their calls. */
export const SERVICES: readonly SimulatedService[] = [
  { name: 'web-frontend', team: 'web', frailty: 7, observability: 0.8, calls: { cdn: 0.3 } },
  { name: 'cdn', team: 'platform', frailty: 9, observability: 0.95, calls: {} },
  { name: 'search', team: 'discovery', frailty: 13, observability: 1, calls: {} },
  {
    name: 'catalog',
    team: 'discovery',
    frailty: 6,
    observability: 0.95,
    calls: { search: 0.2, inventory: 0.1 },
  },
  {
    name: 'recommendations',
    team: 'discovery',
    frailty: 14,
    observability: 1,
    calls: { catalog: 0.4 },
  },
  {
    name: 'cart',
    team: 'checkout',
    frailty: 7,
    observability: 0.9,
    calls: { inventory: 0.4, 'orders-db': 0.7 },
  },
  {
    name: 'inventory',
    team: 'supply',
    frailty: 9,
    observability: 0.85,
    calls: { 'orders-db': 0.2 },
  },
  {
    name: 'payment-gateway',
    team: 'payments',
    frailty: 8,
    observability: 0.95,
    calls: { 'fraud-check': 0.7, 'orders-db': 0.55 },
  },
  { name: 'fraud-check', team: 'payments', frailty: 7, observability: 0.8, calls: {} },
  { name: 'auth', team: 'identity', frailty: 7, observability: 0.9, calls: {} },
  { name: 'mail', team: 'platform', frailty: 8, observability: 0.85, calls: {} },
  {
    name: 'billing',
    team: 'payments',
    frailty: 8,
    observability: 0.9,
    calls: { 'payment-gateway': 0.5, auth: 0.2 },
  },
  { name: 'orders-db', team: 'platform', frailty: 7, observability: 1, calls: {} },
];

const BY_NAME = new Map(SERVICES.map((service) => [service.name, service]));

/** The service of that name; throws RangeError where there is none. */
export function serviceNamed(name: string): SimulatedService {
  const service = BY_NAME.get(name);
  if (service === undefined) throw new RangeError(`no service ${name}`);
  return service;
}

/** The services that call this one, with the share of its trouble that they show. */
export function callersOf(name: string): readonly (readonly [SimulatedService, number])[] {
  return SERVICES.flatMap((service) => {
    const share = service.calls[name];
    return share === undefined ? [] : [[service, share] as const];
  });
}

/** How much of the trouble of `culprit` shows in `service`: the strongest path of calls, 0..1. */
export function reach(service: string, culprit: string): number {
  if (service === culprit) return 1;
  const { calls } = serviceNamed(service);
  let strongest = 0;
  for (const [callee, share] of Object.entries(calls)) {
    strongest = Math.max(strongest, share * reach(callee, culprit));
  }
  return strongest;
}
