import type { Style } from './binding.ts';
import { isObject, type Node, text } from './document.ts';
import { mergeParameters, pathItem, readTags, successOf } from './openapi3.ts';
import { type Body, METHODS, type Operation, type Parameter, type ServerNode } from './operation.ts';
import { oncePerNode, type Reading } from './refs.ts';

/**
 * Reads the operations of a Swagger 2.0 document as those of OpenAPI 3: `body` and `formData` parameters become a body, collection
 * formats become styles, `host`, `basePath` and `schemes` become servers.
 */
export function* readSwagger2(doc: Reading): Generator<Operation> {
  const servers = new Map<string, readonly ServerNode[]>();
  const serversFor = (schemes: readonly string[]): readonly ServerNode[] => {
    const key = schemes.join();
    const known = servers.get(key) ?? readServers(doc.root, schemes);
    servers.set(key, known);
    return known;
  };
  for (const [path, raw] of Object.entries(isObject(doc.root.paths) ? doc.root.paths : {})) {
    const item = pathItem(doc, raw);
    if (!item || path.startsWith('x-')) continue;
    for (const method of METHODS) {
      const node = doc.follow(item[method]);
      if (node)
        yield readOperation(doc, {
          method,
          path,
          node,
          item,
          servers: serversFor(strings(node.schemes) ?? strings(doc.root.schemes) ?? []),
        });
    }
  }
}

const strings = (value: unknown): string[] | undefined => {
  const list = Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  return list.length > 0 ? list : undefined;
};

interface Found {
  readonly method: string;
  readonly path: string;
  readonly node: Node;
  readonly item: Node;
  readonly servers: readonly ServerNode[];
}

function readOperation(doc: Reading, { method, path, node, item, servers }: Found): Operation {
  const parameters = mergeParameters(doc, item.parameters, node.parameters);
  const body = readBody(doc, parameters, strings(node.consumes) ?? strings(doc.root.consumes));
  const response = successOf(doc, node.responses);
  const operationId = text(node.operationId);
  const summary = text(node.summary);
  const description = text(node.description);
  return {
    method,
    path,
    ...(operationId !== undefined && { operationId }),
    tags: readTags(node.tags),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    deprecated: node.deprecated === true,
    parameters: parameters.flatMap(parameter => readParameter(doc, parameter)),
    ...(body && { body }),
    ...(response?.schema !== undefined && { output: { schema: response.schema } }),
    produces: response ? (strings(node.produces) ?? strings(doc.root.produces) ?? []).map(type => type.toLowerCase()) : [],
    servers,
    ...(node.security !== undefined && { security: node.security }),
  };
}

const PLACES = new Set(['path', 'query', 'header']);

const readParameter = oncePerNode((doc, node): readonly Parameter[] => {
  const place = String(node.in).toLowerCase();
  if (place === 'body' || place === 'formdata') return [];
  if (!PLACES.has(place)) {
    doc.warn(`parameter ${node.name} has no known place (${String(node.in)}) and was left out`);
    return [];
  }
  const description = text(node.description);
  return [
    {
      name: node.name as string,
      in: place as Parameter['in'],
      required: place === 'path' || node.required === true,
      ...(description !== undefined && { description }),
      schema: schemaOf(node),
      ...collection(node, place),
    },
  ];
});

/** The schema that a parameter is itself in Swagger 2.0. */
function schemaOf(node: Node): unknown {
  if (isObject(node.schema)) return node.schema;
  const { name: _n, in: _i, required: _r, description: _d, collectionFormat: _c, ...schema } = node;
  return schema;
}

/** `collectionFormat` as style and explode: csv unless said otherwise. */
function collection(node: Node, place: string): { style?: Style; explode?: boolean } {
  if (node.type !== 'array') return {};
  const format = typeof node.collectionFormat === 'string' ? node.collectionFormat : 'csv';
  if (place === 'path' || place === 'header') return {};
  const styles: Readonly<Record<string, { style?: Style; explode?: boolean }>> = {
    csv: { explode: false },
    ssv: { style: 'spaceDelimited', explode: false },
    tsv: { style: 'tsv', explode: false },
    pipes: { style: 'pipeDelimited', explode: false },
    multi: { explode: true },
  };
  return styles[format] ?? { explode: false };
}

function readBody(doc: Reading, parameters: readonly Node[], consumes: readonly string[] | undefined): Body | undefined {
  const whole = parameters.find(({ in: place }) => String(place).toLowerCase() === 'body');
  const fields = parameters.filter(({ in: place }) => String(place).toLowerCase() === 'formdata');
  if (whole) {
    const description = text(whole.description);
    const types = (consumes ?? []).filter(type => !/form-urlencoded|^multipart/i.test(type));
    const media = (types.length > 0 ? types : ['application/json']).map(type => ({ type, schema: whole.schema }));
    return { required: whole.required === true, ...(description !== undefined && { description }), media };
  }
  return fields.length === 0 ? undefined : formBody(doc, fields, consumes ?? []);
}

function formBody(doc: Reading, fields: readonly Node[], consumes: readonly string[]): Body {
  const files = fields.some(field => field.type === 'file' || (isObject(field.items) && field.items.type === 'file'));
  const declared = consumes.filter(type => /form-urlencoded|^multipart\/form-data/i.test(type));
  const types = files ? ['multipart/form-data'] : declared.length > 0 ? declared : ['application/x-www-form-urlencoded'];
  const properties = Object.fromEntries(
    fields.map(field => [field.name as string, { ...(schemaOf(field) as Node), description: field.description }]),
  );
  const required = fields.filter(field => field.required === true).map(field => field.name as string);
  const encoding = Object.fromEntries(
    fields.flatMap(field => (field.type === 'array' ? [[field.name as string, collection(field, 'formdata')]] : [])),
  );
  if (files && declared.length > 0 && !declared.some(type => /^multipart/i.test(type))) {
    doc.warn('files are declared in a form that cannot carry them and are sent as multipart/form-data');
  }
  return {
    required: required.length > 0,
    media: types.map(type => ({ type, schema: { type: 'object', properties, required }, encoding })),
  };
}

function readServers(root: Node, schemes: readonly string[]): ServerNode[] {
  const basePath = text(root.basePath) ?? '/';
  const path = basePath.startsWith('/') ? basePath : `/${basePath}`;
  const host = text(root.host)?.replace(/^[a-z]+:\/\//i, '');
  if (host === undefined) return [{ url: path }];
  const usable = schemes.filter(scheme => /^https?$/i.test(scheme)).sort((a, b) => b.length - a.length);
  // Where both are offered, only the safe one is: nobody wants to be asked.
  const chosen = usable.length > 0 ? [usable[0]!] : ['https'];
  return chosen.map(scheme => ({ url: `${scheme}://${host}${path}` }));
}
