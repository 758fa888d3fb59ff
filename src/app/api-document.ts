import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** What openapi.json says: made of the controllers, never written by hand. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Throughline')
    .setDescription(
      'How likely is this anomaly to break a customer journey, what will it cost, and why?',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'an API key' })
    .build();
  const document = SwaggerModule.createDocument(app, head, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  return withComponents(document);
}

type Json = Readonly<Record<string, unknown>>;

/** Lifts the named schemas that every operation brings with it into the document's components. */
function withComponents(document: OpenAPIObject): OpenAPIObject {
  const schemas: Record<string, unknown> = {};
  const lift = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(lift);
    if (typeof value !== 'object' || value === null) return value;
    const { $defs, ...rest } = value as Json;
    for (const [name, schema] of Object.entries(($defs ?? {}) as Json))
      schemas[name] = lift(schema);
    const members = Object.entries(rest).map(([name, member]) => {
      const isReference = name === '$ref' && typeof member === 'string';
      return [
        name,
        isReference ? member.replace('#/$defs/', '#/components/schemas/') : lift(member),
      ];
    });
    return Object.fromEntries(members) as Json;
  };
  const lifted = lift(document) as OpenAPIObject;
  const named = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...lifted, components: { ...lifted.components, schemas: named as Schemas } };
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
