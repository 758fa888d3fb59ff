import { z } from 'zod';

import type { Answer } from './running-api.js';

/** The parts of openapi.json that say what is answered. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DeclaredOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

interface DeclaredOperation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: object }>>;

interface Route {
  readonly pattern: RegExp;
  readonly operations: Readonly<Record<string, DeclaredOperation>>;
}

/** `{key}` is one part of a path. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

const parameters = (path: string): number => path.split('{').length;

/** Holds every answer to what the service says of itself: status, media type and shape. */
export class DeclaredAnswers {
  private readonly routes: readonly Route[];
  private readonly schemas = new Map<object, z.ZodType>();
  private readonly named: unknown;

  constructor(document: ApiDocument) {
    const paths = Object.entries(document.paths);
    // A literal path before one with a parameter, as the router has it.
    this.routes = paths
      .sort(([one], [other]) => parameters(one) - parameters(other))
      .map(([path, operations]) => ({ pattern: patternOf(path), operations }));
    this.named = JSON.parse(local(document.components?.schemas ?? {}));
  }

  /** @throws Error where an operation answers what it does not declare */
  check(method: string, path: string, { status, headers, body }: Answer): void {
    const bare = path.split('?')[0] ?? '';
    const known = this.routes.find(({ pattern }) => pattern.test(bare));
    const operation = known?.operations[method.toLowerCase()];
    if (operation === undefined) return;
    const { responses } = operation;
    const content = (responses[status] ?? responses['default'])?.content ?? {};
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const declared = content[type];
    const what = `${method} ${path} answered ${status} ${type}`;
    if (declared === undefined) {
      throw new Error(`${what}; declared: ${Object.keys(content).join(', ')}`);
    }
    if (!/[/+]json$/.test(type)) return;
    const parsed = this.schemaOf(declared.schema).safeParse(body);
    if (!parsed.success) throw new Error(`${what}, not as declared: ${parsed.error.message}`);
  }

  private schemaOf(schema: object): z.ZodType {
    const known = this.schemas.get(schema);
    if (known !== undefined) return known;
    const whole = { ...(JSON.parse(local(schema)) as object), $defs: this.named };
    const made = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0]);
    this.schemas.set(schema, made);
    return made;
  }
}

/** References as a JSON Schema by itself has them. */
function local(schema: object): string {
  return JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
}
