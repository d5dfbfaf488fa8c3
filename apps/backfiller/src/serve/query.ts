/** As fastify parses it: a repeated argument is an array. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** The first value of an argument, as a restreamer takes it. */
export function firstOf(query: Query, argument: string): string | undefined {
  const value = query[argument];
  return Array.isArray(value) ? value[0] : value;
}

/** The query without some of its arguments, as text; repeated ones stay repeated. */
export function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value ?? []].flat().map((one) => [key, one]));
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}
